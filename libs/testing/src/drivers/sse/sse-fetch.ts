import { cursorAfter, DEFAULT_EVENT, type Message, RESET_EVENT, type Reset } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import { clientBehindProxy, createInboxes, onceReady } from '../client-behind-proxy';
import { publishJson } from '../http-publish';
import { startTcpProxy } from '../../servers/proxies/tcp-proxy';
import { startQuery } from '../query';
import type { SseBlock } from './sse-blocks';
import { nextBlock, openSseStream, type SseStream } from './sse-stream';
import type { OpenOptions, TransportDriver } from '../transport-driver';
import { TransportError } from '../transport-error';

const RETRY_MS = 20;

/** The stream read byte by byte with `fetch`; reconnects with `lastEventId` in the query. */
export const sseFetch: TransportDriver = {
  name: 'SSE with fetch',
  form: 'sse',
  path: '/sse',
  flags: {
    publishesJson: true,
    showsStartCursor: true,
    keepsStartCursor: true,
    showsRefusal: true,
    publishesOverHttp: true,
  },
  open: async (baseUrl, options) => {
    const proxy = await startTcpProxy(baseUrl);
    const { messages, resets } = createInboxes(sseFetch.name);
    let stream: SseStream | undefined;
    let cursor: string | undefined;
    const over = new AbortController();

    const connect = async (): Promise<SseStream> => {
      const query = cursor === undefined ? startQuery(options) : resumeQuery(options, cursor);
      stream = await openSseStream(`${proxy.url}/sse?${query.toString()}`);
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
      else messages.push(readMessage(block, block.data));
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
      if (error instanceof TransportError || error.message.startsWith('event stream: ')) messages.fail(error);
    };
    const client = clientBehindProxy({
      proxy,
      messages,
      resets,
      cursor: () => cursor,
      publish: (publication) => publishJson(`${proxy.url}/sse`, { ...publication, client: options.client }),
      end: () => {
        over.abort();
        stream?.close();
      },
    });
    return onceReady(client, async () => void run(await connect()));
  },
};

function resumeQuery({ channels, client, presence }: OpenOptions, cursor: string): URLSearchParams {
  const query = startQuery({
    channels,
    ...(client === undefined ? {} : { client }),
    ...(presence === undefined ? {} : { presence }),
  });
  query.set('lastEventId', cursor);
  return query;
}

function readMessage({ id, event = DEFAULT_EVENT }: SseBlock, data: string): Message {
  const message = JSON.parse(data) as Message;
  if (id !== cursorAfter(message)) throw new Error(`event stream: id ${id} is not the cursor of ${data}`);
  if (event !== message.event) throw new Error(`event stream: event ${event} is not that of ${data}`);
  return message;
}
