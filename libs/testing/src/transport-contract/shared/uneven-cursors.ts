import { cursorAfter, type Message } from '@tetracast/message-model';
import {
  openSocketioWire,
  openWebSocketWire,
  type PollAnswer,
  type SocketioWire,
  type TransportDriver,
} from '../../drivers/index';
import { request } from '../single/http-requests';

/** A cursor in a replay of channels at different positions. */
export interface UnevenCursor {
  readonly cursor: string;
  /** What had been handed over up to there. */
  readonly data: readonly unknown[];
}

/** The cursors that `driver` shows on its way through the last `rewind` messages of each channel, `count` in all. */
export async function cursorsOfReplay(
  driver: TransportDriver,
  url: string,
  channels: readonly string[],
  rewind: number,
  count: number,
): Promise<UnevenCursor[]> {
  if (driver.flags.polls === true) return cursorsOfAnswers(url + driver.path, channels, rewind, count);
  await using client = await driver.open(url, { channels, rewind });
  const messages = await client.next(count);
  return messages.map((message, index) => ({
    cursor: cursorAfter(message),
    data: messages.slice(0, index + 1).map(({ data }) => data),
  }));
}

/** A poll resumes from its answer, so its cursors are those of answers of one message each. */
async function cursorsOfAnswers(
  endpoint: string,
  channels: readonly string[],
  rewind: number,
  count: number,
): Promise<UnevenCursor[]> {
  const cursors: UnevenCursor[] = [];
  const data: unknown[] = [];
  for (let start = `rewind=${rewind}`; cursors.length < count; start = `after=${cursors.at(-1)?.cursor ?? ''}`) {
    const { text } = await request(`${endpoint}?channel=${channels.join(',')}&limit=1&${start}`);
    const answer = JSON.parse(text) as PollAnswer;
    if (answer.messages.length !== 1) throw new Error(`not one message: ${text}`);
    data.push(answer.messages[0]?.data);
    cursors.push({ cursor: answer.cursor, data: [...data] });
  }
  return cursors;
}

/** Lets `late` join with `after` on a connection at the end of another channel; returns the cursor of its first message. */
export type LateJoin = (url: string, early: string, late: string, after: string) => Promise<string>;

/** The transports whose open connections can take another channel. */
export const LATE_JOINS: Readonly<Record<string, LateJoin>> = {
  websocket: async (url, early, late, after) => {
    await using socket = await openWebSocketWire(`${url}/ws?channel=${early}&rewind=1`);
    await socket.nextOf('message');
    socket.send({ type: 'subscribe', channels: [late], after });
    return cursorAfter(await socket.nextOf('message'));
  },
  socketio: async (url, early, late, after) => {
    await using socket = await openSocketioWire(url, { channels: [early], rewind: 1 });
    await messageOf(socket, early);
    await socket.ask('subscribe', { channels: [late], after });
    return await messageOf(socket, late);
  },
};

/** The last argument of the next event of `channel`. */
async function messageOf(socket: SocketioWire, channel: string): Promise<string> {
  for (;;) {
    const [, , info, cursor] = (await socket.next()) as [string, unknown, Partial<Message> | undefined, string];
    if (info?.channel === channel) return cursor;
  }
}
