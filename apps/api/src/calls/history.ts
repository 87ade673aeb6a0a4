import { CodedError, encodeMessage } from '@tetracast/message-model';
import type { Tetracast } from '@tetracast/service-kit';
import type { AllProcesses } from '@tetracast/session';
import type { AddCall } from '../add-call';

/** What is stored: reads it, lists its channels, deletes it. */
export function addHistoryCalls(addCall: AddCall, { hub: { history } }: Tetracast, processes: AllProcesses): void {
  addCall('getHistory', async ({ caller, params: { channel }, query }) => {
    caller.requireRead(channel);
    const { limit = 100, order = 'asc', ...bounds } = query;
    const { messages, ...rest } = await history.read(channel, { limit, order, ...bounds });
    // The data of a message is JSON as it was published: it is neither parsed nor written again.
    return Buffer.from(`{"messages":[${messages.map(encodeMessage).join(',')}],${JSON.stringify(rest).slice(1)}`);
  });

  addCall('listChannels', async ({ caller, query: { prefix = '', limit = 100, page } }) => {
    const found = await history.listChannels({ prefix, limit, ...(page !== undefined && { page }) });
    const readable = found.channels.filter(({ channel }) => caller.mayRead(channel));
    const { subscribers, missing } = await processes.countSubscribers(readable.map(({ channel }) => channel));
    const channels = readable.map(({ channel, messages, lastTime }, index) => ({
      channel,
      messages,
      ...(lastTime !== undefined && { lastMessageAt: lastTime }),
      subscribers: subscribers[index] ?? {},
    }));
    return { channels, ...(found.next !== undefined && { page: found.next }), missing };
  });

  addCall('deleteHistory', async ({ caller, params: { channel } }) => {
    caller.requireWrite(channel);
    return { deleted: await history.deleteChannel(channel) };
  });

  addCall('deleteMessage', async ({ caller, params: { channel, id } }) => {
    caller.requireWrite(channel);
    if (await history.deleteMessage(channel, id)) return { deleted: 1 };
    throw new CodedError('not_found', 'the message is not stored: it was deleted, trimmed, or never in this channel');
  });

  addCall('deleteUserMessages', async ({ caller, params: { user } }) => {
    caller.requireAllChannels();
    return { deleted: await history.deleteUserMessages(user) };
  });
}
