import { startService, type TestService } from '@tetracast/service-kit/testing';
import {
  openSocketioWire,
  openWebSocketWire,
  type RedisServer,
  type SocketioWire,
  startRedis,
  type WebSocketWire,
  words,
} from '@tetracast/testing';
import { plugins } from '../src/services';

interface Outcome {
  /** Of the message that was stored. */
  readonly id?: string;
  readonly code?: string;
  readonly status?: number;
  readonly retryAfter?: string | null;
}

let redis: RedisServer;
let service: TestService;
let url: string;
let websocket: WebSocketWire;
let main: SocketioWire;
let namespace: SocketioWire;

beforeAll(async () => {
  redis = await startRedis({ appendOnly: true, args: ['--appendfsync', 'always'] });
  service = await startService(plugins, { BUS_URL: redis.url });
  ({ url } = service);
  websocket = await openWebSocketWire(`${url}/ws`);
  await websocket.nextOf('welcome');
  main = await openSocketioWire(url, {});
  namespace = await openSocketioWire(`${url}/namespace`, {});
});

afterAll(async () => {
  for (const wire of [main, namespace, websocket]) await wire[Symbol.asyncDispose]();
  await service.close();
  await redis[Symbol.asyncDispose]();
});

async function post(path: string, init: RequestInit): Promise<Outcome> {
  const response = await fetch(url + path, { method: 'POST', ...init });
  const { id, code } = (await response.json()) as Outcome;
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    ...(id === undefined ? {} : { id }),
    ...(code === undefined ? {} : { code }),
  };
}

const postJson = (path: string, body: object): Promise<Outcome> =>
  post(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function emit(wire: SocketioWire, event: string, data: unknown): Promise<Outcome> {
  const answer = (await wire.ask(event, data)) as { id?: string; error?: { code: string } };
  return { ...(answer.id === undefined ? {} : { id: answer.id }), ...answer.error };
}

/** Every way to publish; the name is the channel. */
const WAYS: Readonly<Record<string, (data: string) => Promise<Outcome>>> = {
  'json-to-polling': (data) => postJson('/polling', { channel: 'json-to-polling', data }),
  'form-to-polling': (data) => post('/polling', { body: new URLSearchParams({ channel: 'form-to-polling', data }) }),
  'json-to-sse': (data) => postJson('/sse', { channel: 'json-to-sse', data }),
  'form-to-sse': (data) => post('/sse', { body: new URLSearchParams({ channel: 'form-to-sse', data }) }),
  websocket: async (data) => {
    websocket.send({ type: 'publish', channel: 'websocket', data });
    const answer = await websocket.next();
    if (answer.type === 'ack') return { id: answer.id };
    return answer.type === 'error' ? { code: answer.code } : {};
  },
  main: (data) => emit(main, 'publish', { channel: 'main', data }),
  namespace: (data) => emit(namespace, 'message', data),
};

/** With a wait: Redis answers again before it is known what was not announced meanwhile on a channel that has a reader. */
async function stored(channel: string): Promise<{ id: string; data: unknown }[]> {
  const response = await fetch(`${url}/polling?channel=${channel}&after=earliest&wait=20`);
  return ((await response.json()) as { messages: { id: string; data: unknown }[] }).messages;
}

describe('while Redis is away', () => {
  it('every way to publish says unavailable; what was acknowledged is stored, and nothing else', async () => {
    const outcomes = async (data: string): Promise<Record<string, Outcome>> =>
      Object.fromEntries(
        await Promise.all(Object.entries(WAYS).map(async ([name, publish]) => [name, await publish(data)] as const)),
      );
    const acknowledged: Record<string, Outcome>[] = [await outcomes('before')];

    await redis.kill();
    for (const word of words(2, 'meanwhile')) {
      for (const [name, outcome] of Object.entries(await outcomes(word))) {
        const isHttp = name.includes('-to-');
        expect([name, outcome]).toMatchObject([
          name,
          { code: 'unavailable', ...(isHttp ? { status: 503, retryAfter: '1' } : {}) },
        ]);
        expect(outcome.id).toBeUndefined();
      }
    }
    await redis.restart();
    while ((await fetch(`${url}/readyz`)).status !== 200);
    acknowledged.push(await outcomes('after'));

    for (const channel of Object.keys(WAYS)) {
      const ids = acknowledged.map((each) => each[channel]?.id);
      expect([channel, await stored(channel)]).toMatchObject([
        channel,
        [
          { id: ids[0], data: 'before' },
          { id: ids[1], data: 'after' },
        ],
      ]);
      expect(await stored(channel)).toHaveLength(2);
    }
  });
});
