import type { Client, Status } from '../src/index';

/** Resolves with the first status that matches. */
export async function statusOf(client: Client, isWanted: (status: Status) => boolean): Promise<Status> {
  for await (const status of client.statuses()) if (isWanted(status)) return status;
  throw new Error('the client was closed before it had that status');
}

export const connectedOver =
  (transport: string) =>
  (status: Status): boolean =>
    status.state === 'connected' && status.transport === transport;
