import { RedisBus } from '@tetracast/bus';
import { type RedisServer, startRedis } from '@tetracast/testing';
import { HubFixture } from '../hub-fixture';

/** The log keeps two messages, so that the windows have more than it can delete. */
const SETTINGS = { retention: { size: 2, ttlMs: 600_000 } };

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

// Two processes have one Redis. The window of the second has messages 1 to 4 of ann, while the log has the last two.
it.each([
  ['a message', 'deleteMessage', ['trimmed', 3, 4]],
  ['all messages of a user', 'deleteUserMessages', ['trimmed', { id: 3 }, { id: 4 }]],
  ['a channel', 'deleteChannel', ['trimmed']],
] as const)('when one process deletes %s, another one no longer replays it', async (_, deletion, story) => {
  const settings = { ...SETTINGS, keyPrefix: `{${deletion}}` };
  const options = { compareMs: Infinity };
  await using one = new HubFixture(options, new RedisBus(redis.url, settings));
  await using other = new HubFixture(options, new RedisBus(redis.url, settings));
  const live = await other.join(['news', 'marker']);
  const message = { channel: 'news', event: 'message', echo: true, user: 'ann' };
  const stored = await one.hub.publishAll([1, 2, 3, 4].map((n) => ({ ...message, data: String(n) })));
  const ids = stored.map((each) => (each as { id: string }).id);
  await live.sink.received(4);
  const storyAfter = async (cursor: string): Promise<unknown[]> => {
    const { sink, connection } = await other.join(['news'], { kind: 'after', cursor });
    connection.close();
    return sink.story.map((part) => {
      const deleted = (part as { id?: string }).id;
      return deleted === undefined ? part : { id: ids.indexOf(deleted) + 1 };
    });
  };
  expect(await storyAfter(ids[0]!)).toEqual([2, 3, 4]);

  const { history } = one.hub;
  if (deletion === 'deleteMessage') expect(await history.deleteMessage('news', ids[1]!)).toBe(false);
  else if (deletion === 'deleteUserMessages') expect(await history.deleteUserMessages('ann')).toBe(2);
  else expect(await history.deleteChannel('news')).toBe(2);

  // Announcements arrive in their order, so the other process has received that of the deletion when it has this message.
  await one.publish('marker', 'after the deletion');
  while (!live.sink.data.includes('after the deletion')) await live.sink.received(live.sink.story.length + 1);
  expect(await storyAfter(ids[0]!)).toEqual(story);
});
