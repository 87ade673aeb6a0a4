import type { TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Client } from '../src/index';
import { connectTo, startServer, TRANSPORTS } from './start-server';

/** `nx run client:faults` makes 1000. */
const CYCLES = Number(process.env['CYCLES'] ?? 100);
const MIB = 1024 * 1024;

let server: TestService;
beforeAll(async () => {
  server = await startServer({ CHANNEL_IDLE_TIMEOUT: '0s' });
});
afterAll(() => server.close());

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

// The server of Socket.IO, which is in this process too, keeps sessions to recover them.
const WITHOUT_SESSIONS = TRANSPORTS.filter((name) => name !== 'socketio');

it.each(WITHOUT_SESSIONS)(`${CYCLES} connections over %s leave nothing behind`, async (transport) => {
  await using client = connectTo(server.url, { transports: [transport] });
  const channel = uniqueChannel();
  for (let round = 0; round < CYCLES; round++) await cycle(client, channel);
  const before = liveBytes();
  for (let round = 0; round < CYCLES; round++) await cycle(client, channel);

  // A connection that stayed behind has some KB.
  expect(liveBytes() - before).toBeLessThan(MIB);
});

it('1000 subscriptions of an open connection leave nothing behind', async () => {
  await using client = connectTo(server.url);
  await new Promise((resolve) => client.subscribe(uniqueChannel(), { onBegin: resolve }));
  for (let round = 0; round < 1000; round++) await subscribeOnce(client, `c${round % 50}`);
  const before = liveBytes();
  for (let round = 0; round < 1000; round++) await subscribeOnce(client, `c${round % 50}`);

  expect(liveBytes() - before).toBeLessThan(MIB);
});
