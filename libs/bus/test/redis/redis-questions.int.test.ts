import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { pollUntil, type RedisServer, startRedis } from '@tetracast/testing';
import { type ProcessAnswers, RedisBus } from '../../src';
import { askUntil } from '../contract/questions';
import { SETTINGS } from '../contract/harness';

/** Later than any test ends, in ms since 1970. */
const NEVER = 9_999_999_999_999;

/** Every period is short. */
const hasty: Runtime = { ...nodeRuntime, setInterval: (task, ms) => nodeRuntime.setInterval(task, Math.min(ms, 20)) };

let redis: RedisServer;
const buses: RedisBus[] = [];

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await redis.command('FLUSHALL');
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

function connect(name: string, db = 0): RedisBus {
  const bus = new RedisBus(`${redis.url}/${db}`, SETTINGS, { runtime: hasty });
  bus.answerQuestions(name, () => Promise.resolve(name));
  buses.push(bus);
  return bus;
}

const named = (...names: string[]) => ({ answers: names.map((name) => ({ process: name, text: name })), missing: [] });

it('forgets a process that has ended', async () => {
  const [first, second] = [connect('first'), connect('second')];
  expect(await askUntil(first, 2)).toEqual(named('first', 'second'));
  await second.close();
  expect(await askUntil(first, 1)).toEqual(named('first'));
  expect(await redis.command('HVALS', '{tetracast}:processes')).toEqual(['first']);
});

it('knows a process again that was cut off', async () => {
  const [first] = [connect('first'), connect('second')];
  await askUntil(first, 2);
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const none: ProcessAnswers = { answers: [], missing: [] };
  // A question during the cut fails, or is not answered.
  const ask = (): Promise<ProcessAnswers> => first.askProcesses('?', 1000).catch(() => none);
  const { missing } = await pollUntil(ask, ({ answers }) => answers.length === 2);
  expect(missing).toEqual([]);
});

it('knows all processes again after Redis has lost everything', async () => {
  const [first] = [connect('first'), connect('second')];
  await askUntil(first, 2);
  await redis.command('FLUSHALL');
  expect(await askUntil(first, 2)).toEqual(named('first', 'second'));
});

it('keeps the processes of another database apart', async () => {
  const [first, second] = [connect('first'), connect('second', 1)];
  expect(await askUntil(first, 1)).toEqual(named('first'));
  expect(await askUntil(second, 1)).toEqual(named('second'));
});

it('ignores what other programs send to a process', async () => {
  const first = connect('first');
  await askUntil(first, 1);
  const [id] = (await redis.command('HKEYS', '{tetracast}:processes')) as [string];
  for (const text of [
    '',
    'question',
    'question 1 nobody',
    'answer 1 nobody\n',
    'question 1 nobody\n?',
    `question 1 nobody ${NEVER}\n?`,
  ])
    expect(await redis.command('PUBLISH', `{tetracast}:process:${id}`, text)).toBe(1);
  expect(await askUntil(first, 1)).toEqual(named('first'));
});

it('does nothing that was asked longer ago than an answer counts', async () => {
  const asked: string[] = [];
  const bus = new RedisBus(redis.url, SETTINGS, { runtime: hasty });
  buses.push(bus);
  bus.answerQuestions('stopped meanwhile', (question) => Promise.resolve(String(asked.push(question))));
  await askUntil(bus, 1, 'first');
  const [id] = (await redis.command('HKEYS', '{tetracast}:processes')) as [string];
  const send = (expiresAt: number, question: string): Promise<unknown> =>
    redis.command('PUBLISH', `{tetracast}:process:${id}`, `question 1 nobody ${expiresAt}\n${question}`);
  await send(Date.now() - 1, 'long ago');
  await send(NEVER, 'now');
  await pollUntil(
    () => Promise.resolve(asked.at(-1)),
    (last) => last === 'now',
  );
  expect(asked).not.toContain('long ago');
});
