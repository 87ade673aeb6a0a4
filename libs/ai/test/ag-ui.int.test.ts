import { type AgentConfig, EventType, type HttpAgent } from '@ag-ui/client';
import type { Client } from '@tetracast/client';
import type { TestService } from '@tetracast/service-kit/testing';
import { until } from '@tetracast/testing';
import { TetracastAgent } from '../src/ag-ui';
import type { Answer } from '../src/index';
import { type Asked, type BackEnd, createBackEnd, sse } from './back-end';
import { connectTo, startServer } from './start-server';

let server: TestService;
let producer: Client;
let client: Client;
let backEnd: BackEnd;
let store: Map<string, Answer>;
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
  store = new Map();
});
afterEach(() => client.close());

function createAgent(config: AgentConfig = {}): TetracastAgent {
  return new TetracastAgent({
    url: '/agent',
    threadId: 'thread-1',
    initialMessages: [{ id: 'question', role: 'user', content: 'hi' }],
    ...config,
    client,
    store,
    fetch: backEnd.fetch,
  });
}

const textsOf = ({ messages }: HttpAgent): unknown[] => messages.map(({ content }) => content);

async function say({ out }: Asked, ...deltas: readonly string[]): Promise<void> {
  for (const delta of deltas)
    await out.append(sse({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'answer', delta }));
}

async function begin({ out, body }: Asked, text: string): Promise<void> {
  const { threadId, runId } = body as { readonly threadId: string; readonly runId: string };
  await out.append(sse({ type: EventType.RUN_STARTED, threadId, runId }));
  await out.append(sse({ type: EventType.TEXT_MESSAGE_START, messageId: 'answer', role: 'assistant' }));
  await say({ out, body, channel: '' }, text);
}

async function finish({ out, body }: Asked): Promise<void> {
  const { threadId, runId } = body as { readonly threadId: string; readonly runId: string };
  await out.append(sse({ type: EventType.TEXT_MESSAGE_END, messageId: 'answer' }));
  await out.append(sse({ type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: 'success' } }));
  await out.end();
}

describe('the agent', () => {
  it('runs, also after its connection was cut', async () => {
    const agent = createAgent();
    const run = agent.runAgent();
    const asked = await backEnd.asked.one();
    expect(asked.body).toMatchObject({ threadId: 'thread-1', messages: [{ content: 'hi' }] });
    await begin(asked, 'Hel');
    await until(() => textsOf(agent).includes('Hel'));
    for (const socket of server.sockets) socket.destroy();
    await say(asked, 'lo');
    await finish(asked);

    expect((await run).newMessages).toMatchObject([{ content: 'Hello' }]);
    expect(store.size).toBe(0);
  });

  it('continues a run after a reload, also as a copy', async () => {
    const running = createAgent()
      .runAgent()
      .catch(() => undefined);
    const asked = await backEnd.asked.one();
    await begin(asked, 'Hel');
    client.close();
    await running;
    client = connectTo(server.url);
    const agent = createAgent().clone();
    const run = agent.connectAgent();
    await until(() => textsOf(agent).includes('Hel'));
    await say(asked, 'lo');
    await finish(asked);

    expect((await run).newMessages).toMatchObject([{ content: 'Hello' }]);
    expect(backEnd.asked.items).toHaveLength(1);
    expect((await createAgent().connectAgent()).newMessages).toEqual([]);
  });

  it.each(['the agent that asked', 'another agent'])('stops a run from %s', async (who) => {
    const agent = createAgent();
    const run = agent.runAgent();
    const asked = await backEnd.asked.one();
    const stopped = new Promise((resolve) => asked.out.signal.addEventListener('abort', resolve));
    await begin(asked, 'Hel');
    await until(() => textsOf(agent).includes('Hel'));
    const other = createAgent();
    const connected = other.connectAgent();
    await until(() => textsOf(other).includes('Hel'));
    (who === 'another agent' ? other : agent).abortRun();
    await stopped;
    await asked.out.end();
    await Promise.all([run, connected]);

    expect(asked.out.signal.reason).toMatchObject({ code: 'cancelled' });
  });

  it('has an event for a run that breaks off', async () => {
    const failures: unknown[] = [];
    const run = createAgent().runAgent({}, { onRunErrorEvent: ({ event }) => void failures.push(event) });
    const asked = await backEnd.asked.one();
    await begin(asked, 'Hel');
    await asked.out.fail('no more tokens');
    await run;

    expect(failures).toMatchObject([{ code: 'stream_failed', message: 'no more tokens' }]);
  });
});
