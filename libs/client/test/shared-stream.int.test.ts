import { publish, type TestService } from '@tetracast/service-kit/testing';
import { createTempDir, pollUntil, removeDir, uniqueChannel } from '@tetracast/testing';
import { SignJWT } from 'jose';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createContext } from '../src/client';
import type { Client, ClientOptions, Message, Subscription } from '../src/index';
import { openSharedLink } from '../src/tabs/shared-stream';
import { createLocks } from './locks';
import { connectTo, startServer } from './start-server';
import { connectedOver, statusOf } from './status-story';
import { startUnrulyProxy } from './unruly-proxy';

const SECRET = 'a secret of at least thirty-two bytes, for the tests';

let dir: string;
let server: TestService;
let protectedServer: TestService;
beforeAll(async () => {
  dir = await createTempDir('shared-stream');
  const file = join(dir, 'namespaces.json');
  await writeFile(file, '{"namespaces":{"room":{"presence":true}}}');
  [server, protectedServer] = await Promise.all([
    startServer({ HEARTBEAT_INTERVAL: '100ms', NAMESPACES_FILE: file }),
    startServer({ AUTH_SECRET: SECRET }),
  ]);
  // What a page has, and Node.js lacks.
  Object.defineProperty(globalThis, 'navigator', { value: { locks: createLocks() }, configurable: true });
  Object.defineProperty(globalThis, 'location', { value: { origin: server.url }, configurable: true });
});
afterAll(async () => {
  await Promise.all([server.close(), protectedServer.close()]);
  await removeDir(dir);
});

const connect = (options: Omit<ClientOptions, 'transports'> = {}, url = server.url): Client =>
  connectTo(url, { transports: ['sse'], ...options });

function begun(client: Client, channel: string): Promise<Subscription> {
  return new Promise((resolve, reject) => {
    const opened: Subscription = client.subscribe(channel, { onBegin: () => resolve(opened) });
    client.onStatus((status) => {
      if (status.state === 'closed') reject(new Error('closed'));
    });
  });
}

async function take(messages: Subscription, count: number): Promise<unknown[]> {
  const data: unknown[] = [];
  while (data.length < count) data.push(((await messages.next()).value as Message).data);
  return data;
}

const untilConnections = (count: number): Promise<number> =>
  pollUntil(
    () => server.connections(),
    (open) => open === count,
  );

describe('event streams of one origin over HTTP/1.1', () => {
  it('are one, and no tab misses a message when the tab that has it is closed', async () => {
    const tabs = [connect(), connect(), connect()] as const;
    const channel = uniqueChannel();
    const alone = uniqueChannel();
    const subscriptions = [
      await begun(tabs[0], channel),
      await begun(tabs[1], channel),
      await begun(tabs[2], channel),
    ] as const;
    const other = await begun(tabs[2], alone);
    await publish(server, channel, [1, 2]);
    await publish(server, alone, ['a']);
    for (const subscription of subscriptions) expect(await take(subscription, 2)).toEqual([1, 2]);
    expect(await take(other, 1)).toEqual(['a']);
    await untilConnections(1);

    tabs[0].close();
    await publish(server, channel, [3, 4]);
    for (const subscription of subscriptions.slice(1)) expect(await take(subscription, 2)).toEqual([3, 4]);
    await untilConnections(1);
    for (const tab of tabs) tab.close();
    await untilConnections(0);
  });

  it('begin where each subscription wants to', async () => {
    const [first, second] = [connect(), connect()];
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2]);
    await begun(first, channel);
    const late = second.subscribe(channel, { rewind: 1 });
    expect(await take(late, 1)).toEqual([2]);
    await publish(server, channel, [3]);

    expect(await take(late, 1)).toEqual([3]);
    first.close();
    second.close();
  });

  it('are each of one tab when the server speaks HTTP/2', async () => {
    const entry = { name: `${server.url}/page`, nextHopProtocol: 'h2' };
    jest.spyOn(performance, 'getEntries').mockReturnValue([entry as never]);
    const tabs = [connect(), connect()];
    const channel = uniqueChannel();
    for (const tab of tabs) await begun(tab, channel);

    expect(await untilConnections(2)).toBe(2);
    for (const tab of tabs) tab.close();
  });

  it('resume together after a cut', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    const tabs = [connect({}, proxy.url), connect({}, proxy.url)] as const;
    const channel = uniqueChannel();
    const subscriptions = [await begun(tabs[0], channel), await begun(tabs[1], channel)];
    await publish(server, channel, [1]);
    for (const subscription of subscriptions) expect(await take(subscription, 1)).toEqual([1]);
    const waiting = tabs.map((tab) => statusOf(tab, ({ state }) => state === 'waiting'));
    proxy.cut();
    await Promise.all(waiting);
    await publish(server, channel, [2]);

    for (const subscription of subscriptions) expect(await take(subscription, 1)).toEqual([2]);
    for (const tab of tabs) tab.close();
  });

  it('keep what a tab publishes with echo false from that tab alone', async () => {
    const tabs = [connect(), connect()] as const;
    const channel = uniqueChannel();
    const subscriptions = [await begun(tabs[0], channel), await begun(tabs[1], channel)] as const;
    await tabs[0].publish(channel, 'of the first', { echo: false });
    await tabs[1].publish(channel, 'of the second', { echo: false });
    await publish(server, channel, ['for all']);

    expect(await take(subscriptions[0], 2)).toEqual(['of the second', 'for all']);
    expect(await take(subscriptions[1], 2)).toEqual(['of the first', 'for all']);
    for (const tab of tabs) tab.close();
  });

  it('show each tab that they live, also when no message comes', async () => {
    const channel = uniqueChannel();
    const tab = connect();
    await begun(tab, channel);
    let beats = 0;
    await new Promise<void>((resolve, reject) => {
      const link = openSharedLink(
        createContext({ url: server.url }),
        [channel],
        {},
        {
          onReady: () => undefined,
          onMove: () => undefined,
          onEnd: reject,
          onActivity: () => {
            if (++beats < 3) return;
            link.close();
            resolve();
          },
        },
      );
    });
    tab.close();

    expect(beats).toBe(3);
  });

  it('give a tab only what its own token allows, and all of that', async () => {
    const mint = (subscribe: readonly string[]): Promise<string> =>
      new SignJWT({ tetracast: { subscribe, publish: ['*'] }, exp: Math.floor(Date.now() / 1000) + 600 })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(SECRET));
    const open = (...channels: string[]): Client => connect({ token: () => mint(channels) }, protectedServer.url);
    const [leader, weaker, stronger] = [open('news'), open('sport'), open('news', 'sport')];
    await begun(leader, 'news');
    const refused = new Promise((resolve) => {
      weaker.subscribe('news', { onMessage: () => undefined, onError: resolve });
    });
    expect(await refused).toMatchObject({ code: 'forbidden' });
    const sport = await begun(stronger, 'sport');
    await leader.publish('sport', 'goal');

    expect(await take(sport, 1)).toEqual(['goal']);
    expect(stronger.status).toEqual({ state: 'connected', transport: 'sse' });
    for (const client of [leader, weaker, stronger]) client.close();
  });

  it('are each of one tab where a member is a tab', async () => {
    const tabs = [connect({ presence: 'observe' }), connect({ presence: 'observe' })];
    for (const tab of tabs) {
      tab.subscribe('room:1');
      await statusOf(tab, connectedOver('sse'));
    }

    expect(await untilConnections(2)).toBe(2);
    for (const tab of tabs) tab.close();
  });
});
