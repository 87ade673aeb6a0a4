import { type Client } from '@tetracast/client';
import { produce } from '@tetracast/client/stream';
import type { TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import { type Answer, channelFetch, stopAnswer } from '../src/index';
import { type BackEnd, createBackEnd } from './back-end';
import { connectTo, mint, SECRET, startServer } from './start-server';

const QUESTION: RequestInit = { method: 'POST', body: '{}' };

let server: TestService;
let producer: Client;
let client: Client;
let backEnd: BackEnd;
beforeAll(async () => {
  server = await startServer();
  producer = connectTo(server.url);
});
afterAll(async () => {
  producer.close();
  await server.close();
});
beforeEach(() => {
  client = connectTo(server.url);
  backEnd = createBackEnd(producer);
});
afterEach(() => client.close());

/** Reads pieces until there is this text. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<void> {
  let received = '';
  while (received !== text) received += new TextDecoder().decode((await reader.read()).value);
}

async function ask(init: RequestInit = {}): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await channelFetch({ client, fetch: backEnd.fetch })('/chat', { ...QUESTION, ...init });
  if (body === null) throw new Error('the response has no body');
  return body.getReader();
}

describe('a response that names a channel', () => {
  it('has the text of the channel, also after its connections were cut', async () => {
    const answers: Answer[] = [];
    const ended: Answer[] = [];
    const response = await channelFetch({
      client,
      fetch: backEnd.fetch,
      onAnswer: (answer) => answers.push(answer),
      onDone: (answer) => ended.push(answer),
    })('/chat', QUESTION);
    const { out, channel } = await backEnd.asked.one();
    expect(answers).toEqual([{ channel }]);
    const text = response.text();
    await out.append('d\u00e9j\u00e0 ');
    for (const socket of server.sockets) socket.destroy();
    await out.append('vu 😀');
    expect(ended).toEqual([]);
    await out.end();

    expect(await text).toBe('déjà vu 😀');
    expect(ended).toEqual(answers);
  });

  it('waits for its reader', async () => {
    const reader = await ask();
    const { out } = await backEnd.asked.one();
    const text = 'x'.repeat(200_000);
    await out.append(text);
    await out.end();

    await readUntil(reader, text);
    expect((await reader.read()).done).toBe(true);
  });

  it('fails when its producer fails', async () => {
    const reader = await ask();
    const { out } = await backEnd.asked.one();
    await out.append('a');
    await readUntil(reader, 'a');
    await out.fail('no more tokens');

    await expect(reader.read()).rejects.toMatchObject({ code: 'stream_failed', message: 'no more tokens' });
  });

  it('fails when the client is closed', async () => {
    const reader = await ask();
    client.close();

    await expect(reader.read()).rejects.toMatchObject({ code: 'closed' });
  });

  it('stops the answer when its request is aborted', async () => {
    const aborting = new AbortController();
    const reader = await ask({ signal: aborting.signal });
    const { out } = await backEnd.asked.one();
    const stopped = new Promise((resolve) => out.signal.addEventListener('abort', resolve));
    await out.append('a');
    await readUntil(reader, 'a');
    aborting.abort();

    await expect(reader.read()).rejects.toMatchObject({ name: 'AbortError' });
    await stopped;
    expect(out.signal.reason).toMatchObject({ code: 'cancelled' });
  });

  it('stops the answer when its request is aborted before the response, or before the first text', async () => {
    const aborting = new AbortController();
    let respond = (): void => undefined;
    const responding = new Promise<void>((resolve) => (respond = resolve));
    const { fetch } = backEnd;
    backEnd = {
      ...backEnd,
      fetch: async (...request) => {
        const response = await fetch(...request);
        await responding;
        return response;
      },
    };
    const asker = client;
    const refused = new Promise((resolve) => {
      const tell = async (channel: string): Promise<void> => {
        await asker.cancel(channel).catch((error: unknown) => {
          resolve(error);
          throw error;
        });
      };
      client = { ...asker, cancel: tell };
    });
    const asking = ask({ signal: aborting.signal });
    const { out } = await backEnd.asked.one();
    const stopped = new Promise((resolve) => out.signal.addEventListener('abort', resolve));
    aborting.abort();

    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    respond();
    expect(await refused).toMatchObject({ code: 'not_found' });
    await out.append('a');
    await stopped;
  });

  it('leaves the answer running when its reader goes away', async () => {
    const reader = await ask();
    const { out, channel } = await backEnd.asked.one();
    await out.append('a');
    await readUntil(reader, 'a');
    await reader.cancel();
    await out.append('b');
    await out.end();

    await expect(stopAnswer(client, { channel })).resolves.toBeUndefined();
    expect(out.signal.aborted).toBe(false);
  });
});

describe('any other response', () => {
  const other =
    (body: BodyInit | null): typeof fetch =>
    (_url, init) => {
      init?.signal?.addEventListener('abort', () => aborted.push(init.signal?.reason));
      return Promise.resolve(new Response(body, { status: 402, headers: { 'x-a': 'b' } }));
    };
  let aborted: unknown[];
  beforeEach(() => {
    aborted = [];
  });

  it('is left as it is, and its request can be aborted', async () => {
    const aborting = new AbortController();
    const response = await channelFetch({ client, fetch: other('{}') })('/chat', { signal: aborting.signal });

    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([402, 'b', '{}']);
    expect(aborted).toEqual([]);
    aborting.abort('enough');
    expect(aborted).toEqual(['enough']);
  });
});

describe('a ticket', () => {
  it('allows a client to read and to stop what its token does not', async () => {
    await using locked = await startServer({ AUTH_SECRET: SECRET });
    await using writer = connectTo(locked.url, { token: mint({ subscribe: ['*'], publish: ['*'], end: ['*'] }) });
    await using guest = connectTo(locked.url, { token: mint({ subscribe: [] }) });
    const channel = uniqueChannel();
    const ticket = mint({ subscribe: [channel], cancel: [channel] });
    const out = produce(writer, channel);
    await out.append('a');
    const answering = async (): Promise<Response> =>
      new Response(null, { headers: { 'tetracast-channel': channel, 'tetracast-ticket': ticket } });
    const { body } = await channelFetch({ client: guest, fetch: answering })('/chat');
    const reader = body?.getReader();
    if (reader) await readUntil(reader, 'a');
    const stopped = new Promise((resolve) => out.signal.addEventListener('abort', resolve));
    await stopAnswer(guest, { channel, ticket });
    await stopped;
    await out.end();

    expect((await reader?.read())?.done).toBe(true);
    await expect(stopAnswer(guest, { channel })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
