import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import {
  NO_LIMITS,
  pollingFetch,
  type RedisServer,
  socketioWebSocket,
  sseFetch,
  startRedis,
  uniqueChannel,
  websocketByUrl,
} from '@tetracast/testing';
import { BY_TRANSPORT, type Cost, SHARED } from '../src/size/costs';

const BYTES = 256;
const CHANNELS = 50;
const MESSAGES = 100;
/** Redis counts what it answers in a check of the service once a second as well, and it takes memory in steps. */
const TOLERANCE = 1.15;

const text = (): string => 'x'.repeat(BYTES - '""'.length);

let redis: RedisServer;
let server: TestService;
beforeAll(async () => {
  redis = await startRedis();
  server = await startService(plugins, { ...NO_LIMITS, BUS_URL: redis.url, HISTORY_SIZE: String(MESSAGES) });
});
afterAll(async () => {
  await server.close();
  await redis[Symbol.asyncDispose]();
});

/** Figures of one section of what Redis says about itself. */
async function info(section: string, ...names: readonly string[]): Promise<number[]> {
  const text = String(await redis.command('INFO', section));
  return names.map((name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1]));
}
const memory = async (): Promise<number> => (await info('memory', 'used_memory'))[0] ?? Number.NaN;
const traffic = (): Promise<number[]> => info('stats', 'total_net_input_bytes', 'total_net_output_bytes');

async function publishOne(channel: string): Promise<void> {
  await server.tetracast.hub.publish({ channel, event: 'message', data: JSON.stringify(text()), echo: true });
}

/** One after the other, as publishers at a low rate do. */
async function publishTo(channel: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) await publishOne(channel);
}

/** The cost, with `data` bytes of data. */
function expectNear(measured: number, { value, what }: Cost, data = BYTES): void {
  const ratio = measured / (data + value);
  const near = ratio < TOLERANCE && ratio > 1 / TOLERANCE;
  expect(near ? what : `${what}: measured ${measured - data}, but it says ${value}`).toBe(what);
}

describe('the bytes of a size', () => {
  it.each([
    [websocketByUrl, BY_TRANSPORT.websocket],
    [sseFetch, BY_TRANSPORT.sse],
    [socketioWebSocket, BY_TRANSPORT.socketio],
    [pollingFetch, BY_TRANSPORT.polling],
  ])('are what a client by $name gets for a message', async (driver, { frame }) => {
    const channel = uniqueChannel();
    await using client = await driver.open(server.url, { channels: [channel] });
    const written = (): number => server.sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0);
    const before = written();
    const count = 50;
    for (let sent = 0; sent < count; sent++) {
      await publishOne(channel);
      await client.next();
    }
    expectNear((written() - before) / count, frame);
  });

  it('are what Redis takes in and announces', async () => {
    const channel = uniqueChannel();
    await using client = await websocketByUrl.open(server.url, { channels: [channel] });
    const [inBefore = 0, outBefore = 0] = await traffic();
    const count = 4 * MESSAGES;
    await publishTo(channel, count);
    await client.next(count);
    const [into = 0, out = 0] = await traffic();

    expectNear((into - inBefore) / count, SHARED.redisIn);
    expectNear((out - outBefore) / count, SHARED.redisOut);
  });

  it('are what Redis stores', async () => {
    const channels = Array.from({ length: CHANNELS }, () => uniqueChannel());
    const start = await memory();
    await Promise.all(channels.map(publishOne));
    const oneEach = await memory();
    for (let each = 1; each < MESSAGES; each++) await Promise.all(channels.map(publishOne));
    const all = await memory();

    const message = (all - oneEach) / CHANNELS / (MESSAGES - 1);
    expectNear(message, SHARED.redisMessage);
    expectNear((oneEach - start) / CHANNELS - message, SHARED.redisChannel, 0);
  });
});
