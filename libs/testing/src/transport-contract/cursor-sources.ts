import type { Reset } from '@tetracast/message-model';
import {
  nextBlock,
  openSocketioWire,
  openSseStream,
  openWebSocketWire,
  type PollAnswer,
  publishJson,
} from '../drivers';
import { type HttpAnswer, request } from './single/http-requests';

const poll = (url: string, query: string): Promise<HttpAnswer> => request(`${url}/polling?${query}`);

const read = ({ text }: HttpAnswer): PollAnswer => JSON.parse(text) as PollAnswer;

/** The id of the `count`th block of an event stream. */
async function blockId(url: string, query: string, count: number): Promise<string> {
  const stream = await openSseStream(`${url}/sse?${query}`);
  try {
    for (let taken = 1; taken < count; taken++) await nextBlock(stream);
    return (await nextBlock(stream)).id ?? '';
  } finally {
    stream.close();
  }
}

async function frameCursor(url: string, query: string, type: 'welcome' | 'subscribed' | 'reset'): Promise<string> {
  await using socket = await openWebSocketWire(`${url}/ws?${query}`);
  return (await socket.nextOf(type)).cursor;
}

/** The last argument of the `count`th event, or of the last of them. */
async function lastArgument(url: string, auth: Readonly<Record<string, unknown>>, count: number): Promise<string> {
  await using socket = await openSocketioWire(url, auth);
  for (let taken = 1; taken < count; taken++) await socket.next();
  return String((await socket.next()).at(-1));
}

async function lastMessageId(url: string, query: string, count: number): Promise<string> {
  await using socket = await openWebSocketWire(`${url}/ws?${query}`);
  let id = '';
  for (let taken = 0; taken < count; taken++) ({ id } = await socket.nextOf('message'));
  return id;
}

async function resetCursor(url: string, auth: Readonly<Record<string, unknown>>): Promise<string> {
  await using socket = await openSocketioWire(url, auth);
  await socket.next(); // the priming event
  return ((await socket.next()) as [string, Reset])[1].cursor;
}

/** How a connection without a channel answers `subscribe`: by an acknowledgement, and by an event. */
async function subscribeCursors(url: string, channels: readonly string[]): Promise<{ ack: string; event: string }> {
  await using socket = await openSocketioWire(url, {});
  await socket.next(); // the priming event
  const { cursor } = (await socket.ask('subscribe', { channels })) as { cursor: string };
  return { ack: cursor, event: String((await socket.next()).at(-1)) };
}

async function publishByFrame(url: string, publication: object): Promise<string> {
  await using socket = await openWebSocketWire(`${url}/ws`);
  socket.send({ type: 'publish', ...publication });
  return (await socket.nextOf('ack')).id;
}

async function publishByEvent(url: string, publication: object): Promise<string> {
  await using socket = await openSocketioWire(url, {});
  return ((await socket.ask('publish', publication)) as { id: string }).id;
}

const now = (channels: readonly string[]): string => `channel=${channels.join(',')}`;
const all = (channels: readonly string[]): string => `${now(channels)}&after=earliest`;
const lost = (channels: readonly string[]): string => `${now(channels)}&after=no.such~cursor`;

const moment = ([channel = '']: readonly string[]): { channel: string; data: string } => ({
  channel,
  data: 'the moment',
});

/**
 * Every place where the wire shows a cursor, and how it is taken from there: behind all that is stored on `channels`, each of
 * which holds one message.
 */
export const CURSOR_SOURCES: Readonly<Record<string, (url: string, channels: readonly string[]) => Promise<string>>> = {
  'the body of a poll': async (url, channels) => read(await poll(url, now(channels))).cursor,
  'the ETag of a poll': async (url, channels) =>
    (await poll(url, now(channels))).headers.get('etag')?.replaceAll('"', '') ?? '',
  'the ETag of a 304': async (url, channels) => {
    const { cursor } = read(await poll(url, now(channels)));
    const { headers } = await request(`${url}/polling?${now(channels)}`, {
      headers: { 'if-none-match': `"${cursor}"` },
    });
    return headers.get('etag')?.replaceAll('"', '') ?? '';
  },
  'a message of a poll': async (url, channels) => read(await poll(url, all(channels))).messages.at(-1)?.id ?? '',
  'the reset of a poll': async (url, channels) => read(await poll(url, lost(channels))).reset?.cursor ?? '',
  'the first id of an event stream': (url, channels) => blockId(url, now(channels), 1),
  'the id of a message of an event stream': (url, channels) => blockId(url, all(channels), 1 + channels.length),
  'the id of a reset of an event stream': (url, channels) => blockId(url, lost(channels), 2),
  'welcome of a WebSocket': (url, channels) => frameCursor(url, now(channels), 'welcome'),
  'subscribed of a WebSocket': (url, channels) => frameCursor(url, now(channels), 'subscribed'),
  'a message of a WebSocket': (url, channels) => lastMessageId(url, all(channels), channels.length),
  'the reset of a WebSocket': (url, channels) => frameCursor(url, lost(channels), 'reset'),
  'the priming event of Socket.IO': (url, channels) => lastArgument(url, { channels }, 1),
  'the last argument of a message of Socket.IO': (url, channels) =>
    lastArgument(url, { channels, after: 'earliest' }, 1 + channels.length),
  'the reset of Socket.IO': (url, channels) => resetCursor(url, { channels, after: 'no.such~cursor' }),
  'the acknowledgement of subscribe of Socket.IO': async (url, channels) => (await subscribeCursors(url, channels)).ack,
  'the event of subscribe of Socket.IO': async (url, channels) => (await subscribeCursors(url, channels)).event,
  'the answer to POST /polling': async (url, channels) => (await publishJson(`${url}/polling`, moment(channels))).id,
  'the answer to POST /sse': async (url, channels) => (await publishJson(`${url}/sse`, moment(channels))).id,
  'the ack of a WebSocket': (url, channels) => publishByFrame(url, moment(channels)),
  'the acknowledgement of Socket.IO': (url, channels) => publishByEvent(url, moment(channels)),
};
