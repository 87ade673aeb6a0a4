import { cursorAfter, DEFAULT_EVENT, type Message, RESET_EVENT, type Reset } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import { publishJson } from './http-publish';
import { Inbox } from './inbox';
import { openLine } from './line';
import { startQuery } from './query';
import type { SseBlock } from './sse-blocks';
import { nextBlock, openSseStream, type SseStream } from './sse-stream';
import type { OpenOptions, TransportClient, TransportDriver } from './transport-driver';
import { TransportError } from './transport-error';

const RETRY_MS = 20;

/** The stream read byte by byte with `fetch`; comes back with `lastEventId` in the query. */
export const sseFetch: TransportDriver = {
  name: 'SSE with fetch',
  form: 'sse',
  path: '/sse',
  flags: { publishesJson: true, showsStartCursor: true, keepsStartCursor: true, showsRefusal: true },
  open: async (baseUrl, options) => {
    const line = await openLine(baseUrl);
    const inbox = new Inbox<Message>(sseFetch.name);
    const resets = new Inbox<Reset>(`${sseFetch.name} resets`);
    let stream: SseStream | undefined;
    let cursor: string | undefined;
    const over = new AbortController();

    const connect = async (): Promise<SseStream> => {
      const query = cursor === undefined ? startQuery(options) : resumeQuery(options, cursor);
      stream = await openSseStream(`${line.url}/sse?${query.toString()}`);
      const first = await nextBlock(stream);
      if (first.retry === undefined || first.id === undefined || first.data !== undefined) {
        throw new Error(`event stream: the first block is not retry and id: ${JSON.stringify(first)}`);
      }
      cursor = first.id;
      return stream;
    };
    const take = (block: SseBlock): void => {
      cursor = block.id ?? cursor;
      if (block.data === undefined) return;
      if (block.event === RESET_EVENT) resets.push(JSON.parse(block.data) as Reset);
      else inbox.push(readMessage(block, block.data));
    };
    const readOn = async (from: SseStream): Promise<void> => {
      for await (const block of from.blocks) take(block);
    };
    const run = async (first: SseStream): Promise<void> => {
      await readOn(first).catch(failUnlessBroken);
      while (!over.signal.aborted) {
        await connect().then(readOn).catch(failUnlessBroken);
        await delay(RETRY_MS, undefined, { signal: over.signal }).catch(() => undefined);
      }
    };
    const failUnlessBroken = (error: Error): void => {
      if (error instanceof TransportError || error.message.startsWith('event stream: ')) inbox.fail(error);
    };
    const close = async (): Promise<void> => {
      over.abort();
      stream?.close();
      await line.close();
    };
    try {
      void run(await connect());
    } catch (error) {
      await close();
      throw error;
    }
    const client = options.client === undefined ? {} : { client: options.client };
    return {
      received: inbox.items,
      resets: resets.items,
      get cursor() {
        return cursor;
      },
      next: (count) => inbox.next(count),
      nextReset: () => resets.one(),
      publish: (publication) => publishJson(`${line.url}/sse`, { ...publication, ...client }),
      cut: (meanwhile) => line.cut(meanwhile),
      close,
      [Symbol.asyncDispose]: close,
    } satisfies TransportClient;
  },
};

function resumeQuery({ channels, client }: OpenOptions, cursor: string): URLSearchParams {
  const query = startQuery({ channels, ...(client === undefined ? {} : { client }) });
  query.set('lastEventId', cursor);
  return query;
}

function readMessage({ id, event = DEFAULT_EVENT }: SseBlock, data: string): Message {
  const message = JSON.parse(data) as Message;
  if (id !== cursorAfter(message)) throw new Error(`event stream: id ${id} is not the cursor of ${data}`);
  if (event !== message.event) throw new Error(`event stream: event ${event} is not that of ${data}`);
  return message;
}
