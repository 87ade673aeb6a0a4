import { createHash } from 'node:crypto';

const PID =
  /^([A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{22})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{11})(?:\.([A-Za-z0-9_-]{8,64}))?$/;

/**
 * What a private id says: `<socket id>.<secret>.<born>.<tag>` and perhaps `.<client key>`. When the session was born is in seconds,
 * in base 36; the client key is left out where it is the socket id.
 */
export interface PrivateId {
  readonly socketId: string;
  readonly secret: string;
  readonly bornS: number;
  readonly tag: string;
  readonly client: string;
}

/** Whether a private id has the form that this server creates; any client can make one up. */
export function isPid(pid: unknown): boolean {
  return typeof pid === 'string' && PID.test(pid);
}

export function parsePid(pid: unknown): PrivateId | undefined {
  const match = typeof pid === 'string' ? PID.exec(pid) : null;
  if (match === null) return undefined;
  const [, socketId = '', secret = '', born = '', tag = '', client = socketId] = match;
  return { socketId, secret, bornS: Number.parseInt(born, 36), tag, client };
}

export function formatPid({ socketId, secret, bornS, tag, client }: PrivateId): string {
  const parts = [socketId, secret, bornS.toString(36), tag];
  return (client === socketId ? parts : [...parts, client]).join('.');
}

/** Shows that a session belongs to another user. A client with the private id can make up a tag: what is stored keeps it out. */
export function tagOf(secret: string, namespace: string, user: string | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([secret, namespace, user]))
    .digest('base64url')
    .slice(0, 11);
}
