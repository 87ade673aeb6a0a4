import type { Client } from '@tetracast/client';
import type { TestService } from '@tetracast/service-kit/testing';
import { type FakeAnswer, fakeText, type FakeModel, startFakeModel } from '@tetracast/testing';
import OpenAI from 'openai';
import { type Answer, channelFetch, openAnswer } from '../src/index';
import { connectTo, mint, SECRET, startServer } from './start-server';

let server: TestService;
let model: FakeModel;
let client: Client;
beforeAll(async () => {
  model = await startFakeModel();
  server = await startServer({
    AUTH_SECRET: SECRET,
    RELAY_OPENAI: model.url,
    RELAY_OPENAI_SUFFIXES: 'chat/completions',
    RELAY_OPENAI_HEADERS: JSON.stringify({ authorization: 'Bearer the key of the operator' }),
  });
  // It may ask the relay, and nothing else.
  client = connectTo(server.url, { token: mint({ relay: ['openai'] }) });
});
afterAll(async () => {
  client.close();
  await server.close();
  await model.stop();
});

/** The clients of OpenAI that are tested: as it is, and with a `fetch` that reads the channel. */
const answers: Answer[] = [];
const options = (): ConstructorParameters<typeof OpenAI>[0] => ({
  baseURL: `${server.url}/relay/openai`,
  apiKey: mint({ relay: ['openai'] }),
  maxRetries: 0,
});
const CLIENTS: readonly (readonly [string, () => OpenAI])[] = [
  ['the stock client', () => new OpenAI({ ...options(), defaultQuery: { format: 'upstream' } })],
  [
    'the client that reads the channel',
    () => new OpenAI({ ...options(), fetch: channelFetch({ client, onAnswer: (answer) => answers.push(answer) }) }),
  ],
];

/** The text of an answer, token by token. */
async function* ask(openai: OpenAI, fake: FakeAnswer, signal?: AbortSignal): AsyncGenerator<string, void> {
  const request = { model: 'a', messages: [], stream: true as const, fake };
  const stream = await openai.chat.completions.create(request, { signal });
  for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
}

async function whole(texts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of texts) text += part;
  return text;
}

describe.each(CLIENTS)('%s', (_name, connect) => {
  it('gets the answer of the model, which gets the key of the operator', async () => {
    const fake = { seed: 7, words: 50, chunkBytes: 5 };
    const asked = model.requests.length;

    expect(await whole(ask(connect(), fake))).toBe(fakeText(fake));
    expect(model.requests[asked]?.headers.authorization).toBe('Bearer the key of the operator');
  });

  it('gets the refusal of the model', async () => {
    const refused = whole(ask(connect(), { status: 429 }));

    await expect(refused).rejects.toMatchObject({ status: 429, error: { message: 'the fake model refuses' } });
  });

  it('fails when the model breaks off', async () => {
    await expect(whole(ask(connect(), { words: 9, failAfterWords: 3 }))).rejects.toThrow();
  });
});

describe('an answer of a relay', () => {
  it('is read by its ticket on another device, and stopped by the stop button of the client', async () => {
    const aborting = new AbortController();
    const [, connect] = CLIENTS[1] ?? [];
    if (!connect) throw new Error('there is no such client');
    const asked = model.requests.length;
    const tokens = ask(connect(), { words: 9, hangAfterWords: 2 }, aborting.signal);
    const first = await tokens.next();
    const phone = connectTo(server.url);
    const answer = answers.at(-1) ?? { channel: '' };
    const there = openAnswer(phone, answer).getReader();
    const { value } = await there.read();
    aborting.abort();
    for (let next = await there.read(); !next.done; next = await there.read());
    phone.close();

    expect(new TextDecoder().decode(value)).toContain(JSON.stringify(first.value));
    // What has arrived before is still there.
    await whole(tokens).catch(() => undefined);
    await model.requests[asked]?.ended;
    expect(model.requests[asked]?.aborted).toBe(true);
  });
});
