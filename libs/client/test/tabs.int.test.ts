import { publish, type TestService } from '@tetracast/service-kit/testing';
import { pollUntil, uniqueChannel } from '@tetracast/testing';
import type { Client, Message, Subscription } from '../src/index';
import { createSharedClient, type LockManagerLike } from '../src/tabs';
import { createLocks } from './locks';
import { startServer } from './start-server';
import { connectedOver, statusOf } from './status-story';
import WebSocket from 'ws';

let server: TestService;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function take(messages: Subscription, count: number): Promise<unknown[]> {
  const data: unknown[] = [];
  while (data.length < count) data.push(((await messages.next()).value as Message).data);
  return data;
}

function begun(client: Client, channel: string): Promise<Subscription> {
  return new Promise((resolve) => {
    const opened: Subscription = client.subscribe(channel, { onBegin: () => resolve(opened) });
  });
}

/** Resolves when the tab that leads has answered, and with that all that tabs said to it before. */
async function askLeader(name: string): Promise<void> {
  const radio = new BroadcastChannel(name);
  const answer = new Promise((resolve) => (radio.onmessage = resolve));
  radio.postMessage({ type: 'ask' });
  await answer;
  radio.close();
}

it('tabs share one connection, and when its tab ends another one goes on without a gap', async () => {
  const locks = createLocks();
  const name = uniqueChannel('tabs');
  const open = (): Client => createSharedClient({ url: server.url, WebSocket, locks, name });
  const [first, second, third] = [open(), open(), open()];
  const channel = uniqueChannel();
  const subscriptions = [
    await begun(first, channel),
    await begun(second, channel),
    await begun(third, channel),
  ] as const;
  await publish(server, channel, [1, 2]);
  for (const subscription of subscriptions) expect(await take(subscription, 2)).toEqual([1, 2]);
  expect(server.connections()).toBe(1);

  first.close();
  await publish(server, channel, [3, 4]);
  for (const subscription of subscriptions.slice(1)) expect(await take(subscription, 2)).toEqual([3, 4]);
  await pollUntil(
    () => server.connections(),
    (count) => count === 1,
  );
  await second.publish(channel, 5);
  expect(await take(subscriptions[2], 1)).toEqual([5]);
  await third.publish(channel, null, { end: true });
  expect(await subscriptions[2].next()).toEqual({ done: true, value: undefined });

  second.close();
  third.close();
});

it('a tab that joins has the status of the connection, and its subscription begins once, also under the next tab', async () => {
  const locks = createLocks();
  const name = uniqueChannel('tabs');
  const open = (): Client => createSharedClient({ url: server.url, WebSocket, locks, name });
  const [first, second] = [open(), open()];
  const channel = uniqueChannel();
  const radio = new BroadcastChannel(name);
  const said: unknown[] = [];
  radio.onmessage = ({ data }: MessageEvent) => said.push(data);
  await begun(first, channel);
  let begins = 0;
  let onBegin = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => (onBegin = resolve));
  const stories: string[] = [];
  second.onStatus(({ state }) => stories.push(state));
  const arrived = new Promise<unknown>((resolve) => {
    second.subscribe(channel, {
      onBegin: () => {
        begins++;
        onBegin();
      },
      onMessage: ({ data }) => data === 2 && resolve(data),
    });
  });
  await hasBegun;
  await statusOf(second, connectedOver('websocket'));
  first.close();
  await statusOf(second, ({ state }) => state === 'connecting');
  await publish(server, channel, [1, 2]);
  await arrived;

  expect(begins).toBe(1);
  // It is no news for a tab that another one closes its connection.
  expect(stories).not.toContain('closed');
  expect(said).toContainEqual(
    expect.objectContaining({ type: 'status', status: { state: 'connecting', transport: 'websocket' } }),
  );
  expect(said).not.toContainEqual(expect.objectContaining({ status: { state: 'closed' } }));
  radio.close();
  second.close();
});

it('what a tab publishes with echo false reaches the other tabs alone', async () => {
  const locks = createLocks();
  const name = uniqueChannel('tabs');
  const open = (): Client => createSharedClient({ url: server.url, WebSocket, locks, name });
  const tabs = [open(), open()] as const;
  const channel = uniqueChannel();
  const subscriptions = [await begun(tabs[0], channel), await begun(tabs[1], channel)] as const;
  await tabs[0].publish(channel, 'of the first', { echo: false });
  await tabs[1].publish(channel, 'of the second', { echo: false });
  await publish(server, channel, ['for all']);

  expect(await take(subscriptions[0], 2)).toEqual(['of the second', 'for all']);
  expect(await take(subscriptions[1], 2)).toEqual(['of the first', 'for all']);
  for (const tab of tabs) tab.close();
});

it('a tab whose own lock comes late is not taken for one that has ended', async () => {
  const locks = createLocks();
  const name = uniqueChannel('tabs');
  let grant: () => void = () => undefined;
  const granted = new Promise<void>((resolve) => (grant = resolve));
  const lateLocks: LockManagerLike = { request: (...request) => granted.then(() => locks.request(...request)) };
  const open = (own: LockManagerLike): Client => createSharedClient({ url: server.url, WebSocket, locks: own, name });
  const channel = uniqueChannel();
  const first = open(locks);
  const ofFirst = await begun(first, channel);
  const second = open(lateLocks);
  const secondHasBegun = begun(second, channel);
  await askLeader(name);
  await askLeader(name);
  grant();
  const ofSecond = await secondHasBegun;
  await publish(server, channel, [1]);

  expect(await take(ofSecond, 1)).toEqual([1]);
  expect(await take(ofFirst, 1)).toEqual([1]);
  first.close();
  second.close();
});
