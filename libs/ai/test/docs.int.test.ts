import { EventType, type HttpAgent } from '@ag-ui/client';
import type { TestService } from '@tetracast/service-kit/testing';
import { type FakeModel, fakeText, startFakeModel, until } from '@tetracast/testing';
import { simulateReadableStream, type UIMessage } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { transformSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type OpenAI from 'openai';
import { createElement, type FunctionComponent } from 'react';
import { sse } from './back-end';
import { startServer } from './start-server';

interface JsdomModule {
  readonly JSDOM: new (html: string, options: { readonly url: string }) => { readonly window: Window };
}

const PAGE = readFileSync(resolve(__dirname, '../../../docs/clients/ai.md'), 'utf8');
const EXAMPLES = new Map(
  [...PAGE.matchAll(/^```tsx? excerpt\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]),
);

let server: TestService;
const models: FakeModel[] = [];
/** A model that streams these. */
async function startModel(...events: readonly object[]): Promise<string> {
  const model = await startFakeModel({ pieces: events.map(sse), contentType: 'text/event-stream' });
  models.push(model);
  return model.url;
}
beforeAll(async () => {
  const openai = await startFakeModel();
  models.push(openai);
  server = await startServer({
    RELAY_CHAT: await startModel(
      { type: 'start', messageId: 'answer' },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'Hello' },
      { type: 'text-end', id: '1' },
      { type: 'finish' },
    ),
    RELAY_AGENT: await startModel(
      { type: EventType.RUN_STARTED, threadId: 'thread-1', runId: 'run' },
      { type: EventType.TEXT_MESSAGE_START, messageId: 'answer', role: 'assistant' },
      { type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'answer', delta: 'Hello' },
      { type: EventType.TEXT_MESSAGE_END, messageId: 'answer' },
      { type: EventType.RUN_FINISHED, threadId: 'thread-1', runId: 'run', outcome: { type: 'success' } },
    ),
    RELAY_OPENAI: openai.url,
    RELAY_OPENAI_SUFFIXES: 'chat/completions',
  });
  const { window } = new (jest.requireActual<JsdomModule>('jsdom').JSDOM)('', { url: 'http://chat.example/' });
  const { document, navigator } = window;
  // React looks for the page when it is loaded.
  Object.assign(globalThis, { window, document, navigator });
});
afterAll(async () => {
  await server.close();
  for (const model of models) await model.stop();
});

/** What an example exports. It gets the modules and the `makeStream` of its application. */
function load(name: string, others: Readonly<Record<string, unknown>> = {}): unknown {
  const code = (EXAMPLES.get(name) ?? '').replaceAll('https://push.example', server.url);
  expect(code).not.toBe('');
  const { code: script } = transformSync(code, { loader: 'tsx', format: 'cjs', jsx: 'automatic' });
  const module = { exports: {} };
  const requireModule = (id: string): unknown => others[id] ?? jest.requireActual(id);
  const scope = { require: requireModule, module, exports: module.exports, console, makeStream: others.makeStream };
  const run = compileFunction(script, Object.keys(scope)) as (...values: readonly unknown[]) => void;
  run(...Object.values(scope));
  return module.exports;
}

describe('the example', () => {
  it('chat.tsx asks and shows the answer', async () => {
    const { createRoot } = await import('react-dom/client');
    const container = document.createElement('main');
    document.body.append(container);
    const root = createRoot(container);
    const { Chat } = load('chat.tsx') as { Chat: FunctionComponent<{ id: string }> };
    root.render(createElement(Chat, { id: 'chat-1' }));
    await until(() => container.querySelector('form') !== null);
    const form = container.querySelector('form');
    const input = container.querySelector('input');
    if (input) input.value = 'hi';
    form?.requestSubmit();

    await until(() => container.textContent.includes('Hello'));
    expect(container.textContent).toBe('user: hiassistant: HelloAsk');
    root.unmount();
  });

  it('route.ts writes the answer of a model to a channel', async () => {
    const words = ['Hel', 'lo'].map((delta) => ({ type: 'text-delta' as const, id: '1', delta }));
    const mock = new MockLanguageModelV3({
      doStream: {
        stream: simulateReadableStream({
          chunks: [
            { type: 'stream-start', warnings: [] },
            { type: 'text-start', id: '1' },
            ...words,
            { type: 'text-end', id: '1' },
            {
              type: 'finish',
              finishReason: { unified: 'stop', raw: undefined },
              usage: {
                inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
                outputTokens: { total: 1, text: 1, reasoning: 0 },
              },
            },
          ],
        }),
      },
    });
    const { POST } = load('route.ts', { './model': { model: mock } }) as {
      POST: (request: Request) => Promise<Response>;
    };
    const messages: UIMessage[] = [{ id: '1', role: 'user', parts: [{ type: 'text', text: 'hi' }] }];
    const response = await POST(new Request('http://app/', { method: 'POST', body: JSON.stringify({ messages }) }));
    const channel = response.headers.get('tetracast-channel') ?? '';
    const events = await response.text();
    const stored = await fetch(`${server.url}/sse?channel=${channel}&after=earliest&format=data`);

    expect(events).toContain('"delta":"lo"');
    expect(channel).toMatch(/^answer:/);
    let text = '';
    for await (const part of stored.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.includes('DONE')) break;
    }
    expect(text).toContain('Hel');
  });

  it('streams.ts streams, and resumes after some characters', async () => {
    process.env.TETRACAST_URL = server.url;
    let source: ReadableStreamDefaultController<string> | undefined;
    const makeStream = (): ReadableStream<string> =>
      new ReadableStream({ start: (created) => void (source = created) });
    const { GET } = load('streams.ts', { makeStream }) as { GET: (request: Request) => Promise<Response> };
    const [first, second] = [
      await GET(new Request('http://app/?id=a')),
      await GET(new Request('http://app/?id=a&skip=3')),
    ];
    source?.enqueue('Hello');
    source?.close();

    expect([await first.text(), await second.text()]).toEqual(['Hello', 'lo']);
    expect((await GET(new Request('http://app/?id=a'))).status).toBe(422);
  });

  it('agent.ts runs an agent', async () => {
    const { openThread } = load('agent.ts') as { openThread: (id: string) => HttpAgent };
    const agent = openThread('thread-1');
    agent.addMessage({ id: 'question', role: 'user', content: 'hi' });

    expect((await agent.runAgent()).newMessages).toMatchObject([{ content: 'Hello' }]);
  });

  it('openai.ts gets what the model says', async () => {
    const { answer } = load('openai.ts') as { answer: (question: string) => AsyncIterable<string> };
    let text = '';
    for await (const token of answer('hi')) text += token;

    expect(text).toBe(fakeText());
  });

  it('resilient.ts gets it from the channel', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const { openai } = load('resilient.ts') as { openai: OpenAI };
    const stream = await openai.chat.completions.create({ model: 'a', messages: [], stream: true });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';

    expect(text).toBe(fakeText());
    expect(log).toHaveBeenCalledWith(expect.stringMatching(/^relay:/));
  });
});
