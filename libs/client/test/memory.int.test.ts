import { NO_LIMITS, type ServiceProcess, startProcess, uniqueChannel } from '@tetracast/testing';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Client } from '../src/index';
import { connectTo, TRANSPORTS } from './start-server';

/** `nx run client:faults` makes 1000. */
const CYCLES = Number(process.env['CYCLES'] ?? 100);
/** A connection that stayed behind has some KB. Node.js itself keeps up to one for each request. */
const LIMIT = Math.max(1024, 2 * CYCLES) * 1024;

/** In a process by itself: what a server keeps of its clients is not theirs. */
let server: ServiceProcess;
beforeAll(async () => {
  const file = resolve(__dirname, '../../../dist/apps/standalone/main.cjs');
  server = await startProcess({ file, env: { ...NO_LIMITS, POLL_RATE: '0/0/0' } });
});
afterAll(() => server[Symbol.asyncDispose]());

function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Subscribes, and unsubscribes once the subscription has begun. */
async function subscribeOnce(client: Client, channel: string): Promise<void> {
  const off = await new Promise<() => void>((resolve) => {
    const end = client.subscribe(channel, { onMessage: () => undefined, onBegin: () => resolve(() => end()) });
  });
  off();
}

/** The connection opens and closes each time. */
async function cycle(client: Client, channel: string): Promise<void> {
  await subscribeOnce(client, channel);
  for await (const { state } of client.statuses()) if (state === 'idle') break;
}

it.each(TRANSPORTS)(`${CYCLES} connections over %s leave nothing behind`, async (transport) => {
  await using client = connectTo(server.url, { transports: [transport] });
  const channel = uniqueChannel();
  for (let round = 0; round < CYCLES; round++) await cycle(client, channel);
  const before = liveBytes();
  for (let round = 0; round < CYCLES; round++) await cycle(client, channel);

  expect(liveBytes() - before).toBeLessThan(LIMIT);
});

it('1000 subscriptions of an open connection leave nothing behind', async () => {
  await using client = connectTo(server.url);
  await new Promise((resolve) => client.subscribe(uniqueChannel(), { onBegin: resolve }));
  for (let round = 0; round < 1000; round++) await subscribeOnce(client, `c${round % 50}`);
  const before = liveBytes();
  for (let round = 0; round < 1000; round++) await subscribeOnce(client, `c${round % 50}`);

  expect(liveBytes() - before).toBeLessThan(LIMIT);
});
