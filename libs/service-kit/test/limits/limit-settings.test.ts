import { parseSettings } from '../../src/settings/settings';
import { problemsIn } from '../problems-in';
import type { LIMIT_DEFAULTS } from './limit-defaults';

describe('the settings of limits', () => {
  it.each<[string, string, keyof typeof LIMIT_DEFAULTS, number]>([
    ['MAX_CONNECTIONS', '1', 'maxConnections', 1],
    ['MAX_CONNECTIONS_PER_IP', '0', 'maxConnectionsPerIp', 0],
    ['MAX_CONNECTIONS_PER_USER', '0', 'maxConnectionsPerUser', 0],
    ['MAX_IN_PROGRESS', '1', 'maxInProgress', 1],
    ['REWIND_MAX', '0', 'rewindMax', 0],
    ['RESUME_PAGE_MESSAGES', '1', 'resumePageMessages', 1],
    ['RESUME_PAGE_BYTES', '67108864', 'resumePageBytes', 67_108_864],
    ['RESUME_CHANNELS_AT_ONCE', '1000', 'resumeChannelsAtOnce', 1000],
    ['PUBLISH_RATE', '0', 'publishRate', 0],
    ['MAX_DATA_DEPTH', '1000', 'maxDataDepth', 1000],
    ['MAX_HEADER_BYTES', '1024', 'maxHeaderBytes', 1024],
    ['HEADERS_TIMEOUT', '100ms', 'headersTimeoutMs', 100],
    ['REQUEST_TIMEOUT', '1h', 'requestTimeoutMs', 3_600_000],
    ['KEEP_ALIVE_TIMEOUT', '1h', 'keepAliveTimeoutMs', 3_600_000],
    ['MEMORY_MAX_BYTES', '131072', 'memoryMaxBytes', 131_072],
  ])('may be %s=%s', (env, text, name, value) => {
    expect(parseSettings({ [env]: text })[name]).toBe(value);
  });

  it.each([
    ['MAX_CONNECTIONS', '0'],
    ['MAX_CONNECTIONS_PER_IP', '-1'],
    ['MAX_IN_PROGRESS', '0'],
    ['REWIND_MAX', '1000001'],
    ['RESUME_PAGE_MESSAGES', '0'],
    ['RESUME_PAGE_BYTES', '0'],
    ['RESUME_CHANNELS_AT_ONCE', '0'],
    ['SUBSCRIBE_RATE_PER_USER', '1000001'],
    ['MAX_DATA_DEPTH', '0'],
    ['MAX_HEADER_BYTES', '1023'],
    ['HEADERS_TIMEOUT', '0s'],
    ['REQUEST_TIMEOUT', '2h'],
    ['KEEP_ALIVE_TIMEOUT', '99ms'],
    ['MEMORY_MAX_BYTES', '65535'],
  ])('may not be %s=%s', (env, text) => {
    expect(problemsIn({ [env]: text })[0]).toMatch(new RegExp(`^${env} must be `));
  });

  it('the head of a request has no longer than the request', () => {
    const late = { HEADERS_TIMEOUT: '30001ms' };
    expect(problemsIn(late)).toEqual([expect.stringMatching(/^HEADERS_TIMEOUT=30001ms .* REQUEST_TIMEOUT=30000ms$/)]);
    expect(problemsIn({ ...late, REQUEST_TIMEOUT: '30001ms' })).toEqual([]);
  });

  it('the memory must hold two messages', () => {
    expect(problemsIn({ MEMORY_MAX_BYTES: '131071' })).toEqual([expect.stringMatching(/^MEMORY_MAX_BYTES=131071 /)]);
    expect(problemsIn({ MEMORY_MAX_BYTES: '65536', MAX_MESSAGE_BYTES: '32768' })).toEqual([]);
  });
});
