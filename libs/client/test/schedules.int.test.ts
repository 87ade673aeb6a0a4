import { publish, type TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import { setTimeout as delay } from 'node:timers/promises';
import type { PollAnswer } from '../src/message';
import { connectTo, startServer, TRANSPORTS } from './start-server';
import { startUnrulyProxy, type UnrulyProxy, type Weather } from './unruly-proxy';

const SCHEDULES = Number(process.env['SCHEDULES'] ?? 12);
const STEPS = 12;
const WEATHERS: readonly Weather[] = [
  {},
  { blocksUpgrades: true },
  { blocksUpgrades: true, buffers: true },
  { buffers: true },
  { isBadGateway: true },
  { isDeaf: true },
  { cutsIdleMs: 150 },
];

let server: TestService;
beforeAll(async () => {
  server = await startServer({ HEARTBEAT_INTERVAL: '1s', HEARTBEAT_TIMEOUT: '2s', HISTORY_SIZE: '10000' });
});
afterAll(() => server.close());

/** A generator of numbers from 0 to 1: a schedule that failed can be run again. */
function randomOf(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Changes the weather at random while messages are published, also by the client itself. */
async function run(seed: number): Promise<{ received: unknown[]; stored: unknown[]; own: unknown[] }> {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  await using proxy = await startUnrulyProxy(server.url);
  await using client = connectTo(proxy.url, {
    connectTimeoutMs: 1000,
    heartbeatTimeoutMs: 4000,
    probeIntervalMs: 500,
    // Some find the best transport gone, some have one alone.
    ...(random() < 0.3 ? { transports: [pick(TRANSPORTS)] } : {}),
  });
  const [channel, other] = [uniqueChannel(), uniqueChannel()];
  const messages = client.subscribe(channel, { after: 'earliest' });
  const published: Promise<unknown>[] = [];
  for (let step = 0; step < STEPS; step++) {
    change(proxy, random, pick);
    published.push(client.publish(channel, `own ${step}`));
    await publish(server, channel, [step, step + 0.5]);
    // Another channel comes and goes.
    if (step === 4) client.subscribe(other, { rewind: 3, onMessage: () => undefined });
    await delay(random() * 300);
  }
  proxy.weather = {};
  proxy.cut();
  await Promise.all(published);
  await publish(server, channel, ['end']);
  const received: unknown[] = [];
  for await (const { data } of messages) if (received.push(data) && data === 'end') break;
  const stored = await dataStored(channel);
  return { received, stored, own: stored.filter((data) => String(data).startsWith('own')) };
}

function change(proxy: UnrulyProxy, random: () => number, pick: <T>(list: readonly T[]) => T): void {
  const kind = random();
  if (kind < 0.5) proxy.weather = pick(WEATHERS);
  if (kind > 0.4) proxy.cut(random() < 0.5 ? 0 : 1 + Math.floor(random() * 300));
}

async function dataStored(channel: string): Promise<unknown[]> {
  const response = await fetch(`${server.url}/polling?channel=${channel}&after=earliest&limit=1000`);
  const { messages } = (await response.json()) as PollAnswer;
  return messages.map(({ data }) => data);
}

it(`${SCHEDULES} random schedules lose nothing, repeat nothing, and keep the order`, async () => {
  const seeds = Array.from({ length: SCHEDULES }, (_, index) => index + 1);
  const own = Array.from({ length: STEPS }, (_, step) => `own ${step}`);
  for (let first = 0; first < SCHEDULES; first += 20) {
    const outcomes = seeds.slice(first, first + 20).map(async (seed) => ({ seed, ...(await run(seed)) }));
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).toEqual({ seed: outcome.seed, received: outcome.stored, stored: outcome.stored, own });
    }
  }
}, 600_000);
