import type { Client } from '@tetracast/client';
import type { TestService } from '@tetracast/service-kit/testing';
import type {
  CreateResumableStreamContextOptions as StockOptions,
  Publisher,
  ResumableStreamContext as StockContext,
  Subscriber,
} from 'resumable-stream/generic';
import { createResumableStreamContext as createStockContext } from 'resumable-stream/generic';
import { createResumableStreamContext, type CreateResumableStreamContextOptions } from '../src/resumable-stream';
import { connectTo, startServer } from './start-server';

let server: TestService;
let client: Client;
beforeAll(async () => {
  server = await startServer();
  client = connectTo(server.url);
});
afterAll(async () => {
  client.close();
  await server.close();
});

/** What the package needs of Redis, in memory. */
function createPubSub(): Publisher & Subscriber {
  const values = new Map<string, string>();
  const listeners = new Map<string, (message: string) => void>();
  return {
    connect: async () => undefined,
    subscribe: async (channel, listener) => void listeners.set(channel, listener),
    unsubscribe: async (channel) => listeners.delete(channel),
    publish: async (channel, message) => listeners.get(channel)?.(message),
    set: async (key, value) => void values.set(key, value),
    get: async (key) => values.get(key) ?? null,
    incr: async (key) => {
      const value = values.get(key) ?? '0';
      if (value === 'DONE') throw new Error('ERR value is not an integer or out of range');
      values.set(key, String(Number(value) + 1));
      return Number(value) + 1;
    },
  };
}

/** A stream that the test writes. */
function createSource(): {
  readonly make: () => ReadableStream<string>;
  readonly out: () => ReadableStreamDefaultController<string>;
} {
  let out: ReadableStreamDefaultController<string>;
  const make = (): ReadableStream<string> => new ReadableStream({ start: (controller) => void (out = controller) });
  return { make, out: () => out };
}

async function whole(stream: ReadableStream<string> | null | undefined): Promise<string> {
  let text = '';
  if (stream) for await (const part of stream) text += part;
  return text;
}

const neverMade = (): ReadableStream<string> => {
  throw new Error('there is a stream already');
};

/** Each context stands for a process. */
type CreateContext = (options: Pick<StockOptions, 'waitUntil'>) => StockContext;

const pubSub = createPubSub();
describe.each<[string, CreateContext]>([
  ['of Tetracast', (options) => createResumableStreamContext({ ...options, client: connected(), keyPrefix: 'rs' })],
  ['of the package', (options) => createStockContext({ ...options, publisher: pubSub, subscriber: pubSub })],
])('the context %s', (_name, createContext) => {
  it('resumes a stream from its start or from a character, in other processes, and knows its end', async () => {
    const [one, two] = [createContext({ waitUntil: null }), createContext({ waitUntil: null })];
    const id = crypto.randomUUID();
    expect([await one.hasExistingStream(id), await one.resumeExistingStream(id)]).toEqual([null, undefined]);
    const source = createSource();
    const first = await one.createNewResumableStream(id, source.make);
    source.out().enqueue('Hel');
    const reader = first?.getReader();
    expect((await reader?.read())?.value).toBe('Hel');
    const second = whole(await two.resumeExistingStream(id));
    const third = whole(await two.resumableStream(id, neverMade, 2));
    expect(await two.hasExistingStream(id)).toBe(true);
    source.out().enqueue('lo 😀');
    source.out().close();

    expect((await reader?.read())?.value).toBe('lo 😀');
    expect((await reader?.read())?.done).toBe(true);
    expect([await second, await third]).toEqual(['Hello 😀', 'llo 😀']);
    expect(await two.hasExistingStream(id)).toBe('DONE');
    expect([await two.resumeExistingStream(id), await two.resumableStream(id, neverMade)]).toEqual([null, null]);
  });

  it('makes one stream of those that are asked for at once', async () => {
    const contexts = [createContext({ waitUntil: null }), createContext({ waitUntil: null })];
    const id = crypto.randomUUID();
    const source = createSource();
    let made = 0;
    const make = (): ReadableStream<string> => {
      made += 1;
      return source.make();
    };
    const texts = (await Promise.all(contexts.map((context) => context.resumableStream(id, make)))).map(whole);
    source.out().enqueue('a');
    source.out().close();

    expect(await Promise.all(texts)).toEqual(['a', 'a']);
    expect(made).toBe(1);
  });

  it('stores the stream to its end when its reader goes away, and waits until then', async () => {
    const waits: Promise<unknown>[] = [];
    const context = createContext({ waitUntil: (promise) => waits.push(promise) });
    const id = crypto.randomUUID();
    const source = createSource();
    const stream = await context.resumableStream(id, source.make);
    await stream?.cancel();
    const second = whole(await context.resumeExistingStream(id));
    source.out().enqueue('a');
    source.out().close();
    await Promise.all(waits);

    expect(waits).toHaveLength(1);
    expect(await second).toBe('a');
    expect(await context.hasExistingStream(id)).toBe('DONE');
  });
});

const clients: Client[] = [];
function connected(): Client {
  const opened = connectTo(server.url);
  clients.push(opened);
  return opened;
}
afterAll(() => clients.forEach((opened) => opened.close()));

describe('the context of Tetracast', () => {
  it('has the types of the package', () => {
    const context: StockContext = createResumableStreamContext({ client });
    const convert = (options: StockOptions): CreateResumableStreamContextOptions => options;

    expect([typeof context.resumableStream, convert.length]).toEqual(['function', 1]);
  });

  it('stops a stream when its channel is cancelled', async () => {
    const context = createResumableStreamContext({ client, waitUntil: null });
    const id = 'chat/1 é';
    let reason: unknown;
    const stream = await context.resumableStream(
      id,
      () =>
        new ReadableStream<string>({
          start: (controller) => controller.enqueue('a'),
          cancel: (why) => void (reason = why),
        }),
    );
    const reader = stream?.getReader();
    expect((await reader?.read())?.value).toBe('a');
    await client.cancel(context.channelOf(id));

    expect((await reader?.read())?.done).toBe(true);
    expect(reason).toMatchObject({ code: 'cancelled' });
  });

  it('fails the readers of a stream that fails', async () => {
    const context = createResumableStreamContext({ client });
    const id = crypto.randomUUID();
    const source = createSource();
    const first = whole(await context.resumableStream(id, source.make));
    source.out().enqueue('a');
    const second = whole(await context.resumeExistingStream(id));
    source.out().error(new Error('no more tokens'));

    await expect(first).rejects.toThrow('no more tokens');
    await expect(second).rejects.toMatchObject({ code: 'stream_failed', message: 'no more tokens' });
  });

  it('takes the server and the token from the environment, and says what is missing', async () => {
    expect(() => createResumableStreamContext()).toThrow('TETRACAST_URL');
    process.env.TETRACAST_URL = server.url;
    const context = createResumableStreamContext();
    delete process.env.TETRACAST_URL;

    expect(await context.hasExistingStream('nothing')).toBeNull();
  });
});
