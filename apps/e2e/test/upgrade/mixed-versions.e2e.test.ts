import {
  pollingFetch,
  type RedisServer,
  type ServiceProcess,
  socketioWebSocket,
  sseFetch,
  startProcess,
  startRedis,
  type TransportDriver,
  uniqueChannel,
  websocketByUrl,
} from '@tetracast/testing';
import { join, resolve } from 'node:path';
import { bundlesOf } from './bundles-of';

/**
 * The oldest commit of main that shares a message log with this one: the channels on which Redis announces messages have had their names
 * since. Older ones build, too, since 0ec3550.
 */
const OLD = '61cf2ed1774bf13cfa4153f397b7086896ec4d6e';
const APPS = ['websocket', 'sse', 'polling', 'socketio'] as const;
const VERSIONS = ['old', 'new'] as const;

type Version = (typeof VERSIONS)[number];
type App = (typeof APPS)[number];

const DRIVERS: readonly (readonly [App, TransportDriver])[] = [
  ['websocket', websocketByUrl],
  ['sse', sseFetch],
  ['polling', pollingFetch],
  ['socketio', socketioWebSocket],
];

let redis: RedisServer;
const running = new Map<string, ServiceProcess>();

beforeAll(async () => {
  redis = await startRedis();
  const folders = { old: await bundlesOf(OLD, APPS), new: resolve(__dirname, '../../../../dist/apps') };
  for (const version of VERSIONS) {
    for (const app of APPS) {
      const file = join(folders[version], app, 'main.cjs');
      running.set(`${version} ${app}`, await startProcess({ file, env: { BUS_URL: redis.url } }));
    }
  }
});
afterAll(async () => {
  await Promise.all(Array.from(running.values(), (service) => service.stop()));
  await redis[Symbol.asyncDispose]();
});

const urlOf = (version: Version, app: App): string => running.get(`${version} ${app}`)?.url ?? '';

describe.each(DRIVERS)('%s, old and new processes on one Redis', (app, driver) => {
  it.each([
    ['old', 'new'],
    ['new', 'old'],
  ] as const)('what the %s publishes, subscribers of the %s receive, live and from a cursor', async (from, to) => {
    const channel = uniqueChannel();
    await using near = await driver.open(urlOf(from, app), { channels: [channel] });
    const seen = [];
    {
      await using far = await driver.open(urlOf(to, app), { channels: [channel] });
      const { id } = await near.publish({ channel, data: 'one' });
      seen.push(...(await far.next()));
      expect(seen).toMatchObject([{ id, channel, event: 'message', data: 'one' }]);
      expect(await near.next()).toEqual(seen);
    }
    await near.publish({ channel, event: 'price', data: 'two' });
    await near.publish({ channel, data: 'three' });
    const missed = await near.next(2);

    // A cursor of one is valid at the other: that of an upgrade, and that of a rollback.
    await using back = await driver.open(urlOf(to, app), {
      channels: [channel],
      after: seen[0]?.id ?? '',
      events: ['price'],
    });
    expect(await back.next(2)).toEqual(missed);
    await using all = await driver.open(urlOf(to, app), { channels: [channel], after: 'earliest', events: ['price'] });
    expect(await all.next(3)).toEqual([...seen, ...missed]);
    expect([...back.resets, ...all.resets]).toEqual([]);
  });

  it('stores a publish once, when it is repeated at the other', async () => {
    const channel = uniqueChannel();
    await using old = await driver.open(urlOf('old', app), { channels: [channel], client: 'a' });
    await using now = await driver.open(urlOf('new', app), { channels: [channel], client: 'a' });
    const publication = { channel, data: 'once', idempotencyKey: 'key' };

    const { id: first } = await old.publish(publication);
    expect(await now.publish(publication)).toMatchObject({ id: first });
    const other = { ...publication, idempotencyKey: 'other' };
    const { id: second } = await now.publish(other);
    expect(await old.publish(other)).toMatchObject({ id: second });
    expect((await now.next(2)).map(({ id }) => id)).toEqual([first, second]);
  });
});
