import { publish, type TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import type { PollAnswer } from '../src/message';
import { type RealProxies, startRealProxies } from './real-proxies';
import { connectTo, startServer, TRANSPORTS } from './start-server';
import { startUnrulyProxy, type Weather } from './unruly-proxy';

/** `nx run client:faults` runs 200, with proxies that cut after 5 s and connections that stay half-open for 30 s. */
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 10);
const IS_LONG = SCHEDULES > 10;
/** So many run at the same time, which mostly wait. */
const AT_ONCE = 10;

let server: TestService;
let proxies: RealProxies;
beforeAll(async () => {
  server = await startServer({ HEARTBEAT_INTERVAL: '1s', HEARTBEAT_TIMEOUT: '2s', HISTORY_SIZE: '10000' });
  proxies = await startRealProxies(server.url, IS_LONG ? 5 : 1);
});
afterAll(async () => {
  await proxies[Symbol.asyncDispose]();
  await server.close();
});

const WEATHERS: readonly Weather[] = [{}, {}, { isBadGateway: true }, { isDeaf: true }, { cutsIdleMs: 150 }];
const WAYS = [0, 1, 2, 3, 4, 5, 6];

/** What happens between two publications: each part changes, or stays as it is. */
const step = fc.record({
  way: fc.option(fc.constantFrom(...WAYS)),
  weather: fc.option(fc.constantFrom(...WEATHERS)),
  /** Cuts all connections after so many bytes more: in the middle of a frame. */
  cut: fc.option(fc.nat(300)),
  pauseMs: IS_LONG
    ? fc.oneof({ weight: 20, arbitrary: fc.nat(1000) }, { weight: 1, arbitrary: fc.constant(30_000) })
    : fc.nat(250),
});
const schedule = fc.record({
  transports: fc.oneof(fc.constant(undefined), fc.subarray([...TRANSPORTS], { minLength: 1 })),
  steps: fc.array(step, { minLength: 8, maxLength: 8 }),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

interface Outcome {
  readonly received: readonly unknown[];
  readonly stored: readonly unknown[];
  /** States that do not follow from the one before. */
  readonly oddStates: readonly string[];
}

const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  connecting: ['connected', 'connecting', 'waiting', 'closed'],
  connected: ['connecting', 'waiting', 'closed'],
  waiting: ['connecting', 'waiting', 'closed'],
};

/** Misbehaves as the schedule says while messages are published, also by the client itself. */
async function run({ transports, steps }: Schedule): Promise<Outcome> {
  const ways = Object.values(proxies.ways);
  await using proxy = await startUnrulyProxy(server.url);
  const states: string[] = [];
  await using client = connectTo(proxy.url, {
    connectTimeoutMs: 1500,
    heartbeatTimeoutMs: 4000,
    probeIntervalMs: 500,
    onStatus: ({ state }) => states.push(state),
    ...(transports && { transports }),
  });
  const [channel, other] = [uniqueChannel(), uniqueChannel()];
  const messages = client.subscribe(channel, { after: 'earliest' });
  const published: Promise<unknown>[] = [];
  for (const [index, { way, weather, cut, pauseMs }] of steps.entries()) {
    proxy.target = ways[way ?? -1] ?? proxy.target;
    proxy.weather = weather ?? proxy.weather;
    if (cut !== null) proxy.cut(cut);
    published.push(client.publish(channel, `own ${index}`));
    await publish(server, channel, [index, index + 0.5]);
    // Another channel comes and goes.
    if (index === 3) client.subscribe(other, { rewind: 3, onMessage: () => undefined });
    await delay(pauseMs);
  }
  proxy.weather = {};
  proxy.target = server.url;
  proxy.cut();
  await Promise.all(published);
  await publish(server, channel, ['end']);
  const received: unknown[] = [];
  for await (const { data } of messages) if (received.push(data) && data === 'end') break;
  const oddStates = states.filter((state, index) => FOLLOWS[states[index - 1] ?? '']?.includes(state) === false);
  return { received, stored: await dataStored(channel), oddStates };
}

async function dataStored(channel: string): Promise<unknown[]> {
  const response = await fetch(`${server.url}/polling?channel=${channel}&after=earliest&limit=1000`);
  const { messages } = (await response.json()) as PollAnswer;
  return messages.map(({ data }) => data);
}

it(`${SCHEDULES} random schedules through real proxies lose nothing, repeat nothing, and keep the order`, async () => {
  const batch = fc.array(schedule, { minLength: AT_ONCE, maxLength: AT_ONCE });
  const isWhole = fc.asyncProperty(batch, async (schedules) => {
    const outcomes = await Promise.all(schedules.map(run));
    for (const [index, { received, stored, oddStates }] of outcomes.entries()) {
      const own = schedules[index]?.steps.map((_, place) => `own ${place}`);
      expect({ received, oddStates }).toEqual({ received: stored, oddStates: [] });
      expect(stored.filter((data) => String(data).startsWith('own'))).toEqual(own);
    }
  });
  await fc.assert(isWhole, { numRuns: Math.ceil(SCHEDULES / AT_ONCE), endOnFailure: true });
}, 3_600_000);
