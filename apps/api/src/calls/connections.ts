import { type CloseName, CodedError } from '@tetracast/message-model';
import type { AllProcesses } from '@tetracast/session';
import type { AddCall } from '../add-call';

/** Who is connected, in all processes: lists, closes and subscribes connections. */
export function addConnectionCalls(addCall: AddCall, processes: AllProcesses): void {
  addCall('listConnections', ({ caller, query: { limit = 100, page, ...filter } }) => {
    caller.requireAllChannels();
    return processes.list(filter, limit, page);
  });

  addCall('getConnection', async ({ caller, params: { id } }) => {
    caller.requireAllChannels();
    const { connection, missing } = await processes.find(id);
    return connection ?? notFound(missing);
  });

  addCall('closeConnection', async ({ caller, params: { id }, query }) => {
    caller.requireAllChannels();
    const { closed, missing } = await processes.close({ id }, reasonOf(query));
    return closed > 0 ? { closed, missing } : notFound(missing);
  });

  addCall('disconnectUser', ({ caller, params: { user }, query }) => {
    caller.requireAllChannels();
    return processes.close({ user }, reasonOf(query));
  });

  addCall('subscribeUser', ({ caller, params: { user }, body: { channels } }) => {
    for (const channel of channels) caller.requireRead(channel);
    return processes.subscribe(user, channels);
  });

  addCall('unsubscribeUser', ({ caller, params: { user }, body: { channels } }) => {
    for (const channel of channels) caller.requireRead(channel);
    return processes.unsubscribe(user, channels);
  });

  addCall('getStats', ({ caller }) => {
    caller.requireAllChannels();
    return processes.stats();
  });
}

function reasonOf({ reconnect = false }: { readonly reconnect?: boolean }): CloseName {
  return reconnect ? 'reconnect' : 'disconnected';
}

function notFound(missing: readonly string[]): never {
  const doubt = missing.length === 0 ? '' : `; these processes did not answer: ${missing.join(', ')}`;
  throw new CodedError('not_found', `there is no such connection: it has ended, or never was${doubt}`);
}
