import { nodeRuntime } from '@tetracast/node-io/runtime';
import { Problems } from '../../src/redis/problems';
import { reasonOf } from '../../src/redis/connection/reason';

let now: number;
let lines: string[];
let problems: Problems;

beforeEach(() => {
  now = 0;
  lines = [];
  const logger = {
    error: ({ reason }: { reason?: string }, text: string) => void lines.push(`error ${text} [${reason}]`),
    info: (text: string) => void lines.push(`info ${text}`),
  };
  problems = new Problems('Redis', { logger, runtime: { ...nodeRuntime, monotonicMs: () => now } });
});

it('logs each reason at once, and again after 30 s at the earliest', () => {
  problems.report('a');
  problems.report('b');
  now = 29_999;
  problems.report('a');
  expect(lines).toEqual(['error Redis cannot be used: a [a]', 'error Redis cannot be used: b [b]']);
  now = 30_000;
  problems.report('a');
  problems.report('a');
  expect(lines).toHaveLength(3);
});

it('logs once that it works again, and no more lines for a server that comes and goes', () => {
  problems.end();
  for (let turn = 0; turn < 10; turn++) {
    problems.report('a');
    problems.end();
    problems.end();
    now += 1000;
  }
  expect(lines).toEqual(['error Redis cannot be used: a [a]', 'info Redis can be used again']);
});

it('keeps no more than some reasons', () => {
  for (let n = 0; n < 1000; n++) problems.report(String(n));
  expect((problems as unknown as { loggedAt: Map<string, number> }).loggedAt.size).toBeLessThanOrEqual(50);
});

it.each([
  [new Error('WRONGPASS invalid username-password pair'), /^WRONGPASS .*check user and password in BUS_URL/],
  [
    new Error('connect ECONNREFUSED 127.0.0.1:1'),
    /^connect ECONNREFUSED 127.0.0.1:1 \(check host and port in BUS_URL\)$/,
  ],
  [new Error('ERR DB index is out of range'), /BUS_URL names a database that this server does not have/],
  [new Error('outer', { cause: new Error('NOPERM this user has no') }), /^NOPERM this user has no .*ACL/],
  [new AggregateError([new Error('connect ECONNREFUSED ::1:1')], ''), /^connect ECONNREFUSED ::1:1/],
  [Object.assign(new Error(), { code: 'ECONNRESET' }), /^ECONNRESET$/],
  [
    new Error('All sentinels are unreachable. Retrying from scratch after 57ms. Last error: x'),
    /^All sentinels are unreachable. Last error: x/,
  ],
])('says of %s what to do', (error, wanted) => expect(reasonOf(error)).toMatch(wanted));
