import { parseSettings } from '../../src/settings/settings';
import { problemsIn } from '../problems-in';
import type { LIMIT_DEFAULTS } from './limit-defaults';

describe('the settings of limits', () => {
  it.each<[string, string, keyof typeof LIMIT_DEFAULTS, unknown]>([
    ['MAX_CONNECTIONS', '1', 'maxConnections', 1],
    ['MAX_CONNECTIONS_PER_IP', '0', 'maxConnectionsPerIp', 0],
    ['MAX_CONNECTIONS_PER_USER', '0', 'maxConnectionsPerUser', 0],
    ['MAX_REWIND', '0', 'maxRewind', 0],
    ['PUBLISH_RATE', '0/0/0', 'publishRate', { connection: 0, address: 0, user: 0 }],
    ['SUBSCRIBE_RATE', '1/2/3', 'subscribeRate', { connection: 1, address: 2, user: 3 }],
    ['POLL_RATE', '1000000 / 1 / 1', 'pollRate', { connection: 1_000_000, address: 1, user: 1 }],
    ['KEEP_ALIVE_TIMEOUT', '1h', 'keepAliveTimeoutMs', 3_600_000],
    ['MAX_MEMORY_BYTES', '131072', 'maxMemoryBytes', 131_072],
    ['MAX_MEMORY_BYTES', '1GiB', 'maxMemoryBytes', 1_073_741_824],
  ])('may be %s=%s', (env, text, name, value) => {
    expect(parseSettings({ [env]: text })[name]).toEqual(value);
  });

  it.each([
    ['MAX_CONNECTIONS', '0'],
    ['MAX_CONNECTIONS_PER_IP', '-1'],
    ['MAX_REWIND', '1000001'],
    ['PUBLISH_RATE', '1000'],
    ['PUBLISH_RATE', '1000/5000'],
    ['PUBLISH_RATE', '1/2/3/4'],
    ['PUBLISH_RATE', '1//3'],
    ['SUBSCRIBE_RATE', '1/1/1000001'],
    ['POLL_RATE', '-1/1/1'],
    ['KEEP_ALIVE_TIMEOUT', '99ms'],
    ['MAX_MEMORY_BYTES', '65535'],
  ])('may not be %s=%s', (env, text) => {
    expect(problemsIn({ [env]: text })[0]).toMatch(new RegExp(`^${env} must be `));
  });

  it('say what a rate must be', () => {
    expect(problemsIn({ PUBLISH_RATE: '1000' })).toEqual([
      'PUBLISH_RATE must be three rates a second, connection/address/user, such as 1000/5000/5000, each from 0 (no limit) to 1000000, not "1000"',
    ]);
  });

  it('the memory must hold two messages', () => {
    expect(problemsIn({ MAX_MEMORY_BYTES: '131071' })).toEqual([expect.stringMatching(/^MAX_MEMORY_BYTES=131071 /)]);
    expect(problemsIn({ MAX_MEMORY_BYTES: '65536', MAX_MESSAGE_BYTES: '32768' })).toEqual([]);
  });
});
