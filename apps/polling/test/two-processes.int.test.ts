import { NO_LIMITS, publishJson, type RedisServer, startRedis, uniqueChannel, words } from '@tetracast/testing';
import { type TestService } from '@tetracast/service-kit/testing';
import { dataIn, poll, startService } from './start-service';

let redis: RedisServer;
let services: readonly [TestService, TestService];

beforeAll(async () => {
  redis = await startRedis();
  const env = { ...NO_LIMITS, BUS_URL: redis.url };
  services = [await startService(env), await startService(env)];
});

afterAll(async () => {
  for (const service of services) await service.close();
  await redis[Symbol.asyncDispose]();
});

const pick = (turn: number): TestService => services[turn % 2 === 0 ? 0 : 1];

describe('two processes over one Redis', () => {
  it.each([0, 20])(
    'answer one client in turn, with a wait of %i s: nothing is missing, nothing comes twice',
    async (wait) => {
      const channel = uniqueChannel();
      let { cursor } = await poll(services[0], `channel=${channel}`);
      const publishing = (async () => {
        for (const [turn, data] of words(100).entries()) {
          await publishJson(`${pick(turn >> 1).url}/polling`, { channel, data });
        }
      })();

      const received: unknown[] = [];
      for (let turn = 1; received.length < 100; turn++) {
        const answer = await poll(pick(turn), `channel=${channel}&after=${cursor}&wait=${wait}`);
        expect([answer.status, answer.reset]).toEqual([200, undefined]);
        received.push(...dataIn(answer));
        ({ cursor } = answer);
      }

      expect(received).toEqual(words(100));
      await publishing;
    },
  );

  it('store one Idempotency-Key once, though each gets it many times at once', async () => {
    const channel = uniqueChannel();
    const key = { 'idempotency-key': uniqueChannel('key') };

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => publishJson(`${pick(turn).url}/polling`, { channel, data: 'once' }, key)),
    );

    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(dataIn(await poll(services[0], `channel=${channel}&after=earliest`))).toEqual(['once']);
  });
});
