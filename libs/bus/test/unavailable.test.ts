import { BusUnavailableError } from '../src';
import { toBusError } from '../src/redis/connection/unavailable';

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

it.each([
  'LOADING Redis is loading the dataset in memory',
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  "OOM command not allowed when used memory > 'maxmemory'. script: 6c1f, on @user_script:20.",
  "ERR Error running script (call to f_6c1f): @user_script:20: @user_script: 20: -OOM command not allowed when used memory > 'maxmemory'.",
  "READONLY You can't write against a read only replica.",
  'NOAUTH Authentication required.',
  "NOPERM this user has no permissions to run the 'eval' command",
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'NOREPLICAS Not enough good replicas to write.',
])('cannot be used: %s', (message) => {
  const cause = reply(message);
  const error = toBusError(cause);
  expect(error).toBeInstanceOf(BusUnavailableError);
  expect(error.cause).toBe(cause);
});

it.each([
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'ERR unknown command',
  'ERR no OOM at all',
])('is a mistake: %s', (message) => {
  const cause = reply(message);
  expect(toBusError(cause)).toBe(cause);
});

it('takes whatever is not a reply for a lost connection', () => {
  expect(toBusError(new Error('Command timed out'))).toBeInstanceOf(BusUnavailableError);
  expect(toBusError('odd')).toMatchObject({ name: 'BusUnavailableError', message: 'Redis cannot be used: odd' });
  const error = new BusUnavailableError('x');
  expect(toBusError(error)).toBe(error);
});
