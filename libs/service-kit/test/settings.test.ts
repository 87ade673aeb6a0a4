import { availableParallelism } from 'node:os';
import { parseSettings, SETTINGS } from '../src/settings/settings';
import { DEFAULT_VALUES } from './default-values';
import { problemsIn } from './problems-in';

const API_KEY = 'k'.repeat(43);

describe('the defaults', () => {
  it('are those of the contract', () => {
    expect(parseSettings({})).toEqual(DEFAULT_VALUES);
  });

  it('stand for variables that are empty, too', () => {
    const empty = Object.values(SETTINGS).map(({ env }) => [env, ' '] as const);

    expect(parseSettings(Object.fromEntries(empty))).toEqual(DEFAULT_VALUES);
  });

  it('of WORKERS is one, and auto is one for each core', () => {
    expect(parseSettings({ WORKERS: 'auto', BUS_URL: 'redis://redis' }).workers).toBe(availableParallelism());
  });

  it("have the service's own port, which PORT overrides", () => {
    expect(parseSettings({}, { port: 3604 }).port).toBe(3604);
    expect(parseSettings({ PORT: '1' }, { port: 3604 }).port).toBe(1);
  });
});

describe('values', () => {
  it.each<[string, string, keyof typeof DEFAULT_VALUES, unknown]>([
    ['HOST', '::1', 'host', '::1'],
    ['HOST', 'localhost', 'host', 'localhost'],
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['PLAIN_PORT', 'off', 'plainPort', 'off'],
    ['PLAIN_PORT', '4000', 'plainPort', 4000],
    ['BUS_URL', 'redis://user:secret@redis:6379/1', 'busUrl', 'redis://user:secret@redis:6379/1'],
    ['BUS_URL', 'rediss://redis', 'busUrl', 'rediss://redis'],
    ['BUS_URL', 'redis+sentinel://a,b/main', 'busUrl', 'redis+sentinel://a,b/main'],
    ['ACCESS', 'open', 'access', 'open'],
    [
      'ALLOWED_ORIGINS',
      'https://a.example, http://b.example:8080',
      'allowedOrigins',
      ['https://a.example', 'http://b.example:8080'],
    ],
    ['ALLOWED_ORIGINS', ',', 'allowedOrigins', []],
    [
      'API_KEYS',
      `shop=${API_KEY}/publish+history/orders:*+news, ops=${API_KEY}2/revoke/*`,
      'apiKeys',
      [
        { name: 'shop', key: API_KEY, scopes: ['publish', 'history'], channels: ['orders:*', 'news'] },
        { name: 'ops', key: `${API_KEY}2`, scopes: ['revoke'], channels: ['*'] },
      ],
    ],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['HISTORY_SIZE', '1', 'historySize', 1],
    ['HISTORY_SIZE', '1000000', 'historySize', 1_000_000],
    ['HISTORY_TTL', '720h', 'historyTtlMs', 2_592_000_000],
    [
      'HISTORY_NAMESPACES',
      'chat=5000/24h, feed=1/1m',
      'historyNamespaces',
      { chat: { size: 5000, ttlMs: 86_400_000 }, feed: { size: 1, ttlMs: 60_000 } },
    ],
    ['HISTORY_NAMESPACES', 'constructor=1/1s', 'historyNamespaces', { constructor: { size: 1, ttlMs: 1000 } }],
    ['IDEMPOTENCY_TTL', '1500ms', 'idempotencyTtlMs', 1500],
    ['MAX_MESSAGE_BYTES', '1048576', 'maxMessageBytes', 1_048_576],
    ['MAX_MESSAGE_BYTES', '1KiB', 'maxMessageBytes', 1024],
    ['MAX_CHANNELS', '1', 'maxChannels', 1],
    ['HIGH_WATER_MARK', '1', 'highWaterMark', 1],
    ['HEARTBEAT_INTERVAL', '55s', 'heartbeatIntervalMs', 55_000],
    ['HEARTBEAT_TIMEOUT', '100ms', 'heartbeatTimeoutMs', 100],
    ['MAX_POLL_WAIT', '0s', 'maxPollWaitMs', 0],
    ['MAX_POLL_WAIT', '55s', 'maxPollWaitMs', 55_000],
    ['SSE_RETRY_INTERVAL', '5m', 'sseRetryIntervalMs', 300_000],
    ['DRAIN_TIMEOUT', '0ms', 'drainTimeoutMs', 0],
    ['CHANNEL_IDLE_TIMEOUT', '1h', 'channelIdleTimeoutMs', 3_600_000],
    ['FANOUT_WINDOW', '5ms', 'fanoutWindowMs', 5],
    ['TRUST_PROXY', '10.0.0.1, 172.16.0.0/12, fd00::/8', 'trustProxy', ['10.0.0.1', '172.16.0.0/12', 'fd00::/8']],
  ])('%s=%s', (env, text, name, value) => {
    expect(parseSettings({ [env]: text })[name]).toEqual(value);
  });
});

describe('what is refused', () => {
  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', 'http'],
    ['PLAIN_PORT', '0'],
    ['PLAIN_PORT', 'on'],
    ['BUS_URL', 'http://redis'],
    ['BUS_URL', 'memory'],
    ['BUS_URL', 'redis://'],
    ['BUS_URL', 'redis://a b'],
    ['WORKERS', '0'],
    ['WORKERS', '-1'],
    ['WORKERS', '1.5'],
    ['WORKERS', 'x'],
    ['WORKERS', 'AUTO'],
    ['WORKERS', '257'],
    ['WORKERS', '1000'],
    ['ACCESS', 'closed'],
    ['ACCESS', 'OPEN'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://*'],
    ['ALLOWED_ORIGINS', 'https://*.com'],
    ['ALLOWED_ORIGINS', 'null'],
    ['ALLOWED_ORIGINS', 'example.com'],
    ['ALLOWED_ORIGINS', 'https://example.com/'],
    ['ALLOWED_ORIGINS', 'https://example.com:443'],
    ['ALLOWED_ORIGINS', 'https://a.example https://b.example'],
    ['ALLOWED_ORIGINS', 'ftp://example.com'],
    ['LOG_LEVEL', 'loud'],
    ['HISTORY_SIZE', '0'],
    ['HISTORY_SIZE', '1000001'],
    ['HISTORY_SIZE', '1e3'],
    ['HISTORY_TTL', '0s'],
    ['HISTORY_TTL', '721h'],
    ['HISTORY_TTL', '600'],
    ['HISTORY_TTL', '10 m'],
    ['HISTORY_TTL', '10d'],
    ['HISTORY_TTL', '-1s'],
    ['HISTORY_TTL', '1.5h'],
    ['HISTORY_NAMESPACES', 'chat'],
    ['HISTORY_NAMESPACES', 'chat=5000'],
    ['HISTORY_NAMESPACES', 'chat=0/1m'],
    ['HISTORY_NAMESPACES', 'chat=1/0s'],
    ['HISTORY_NAMESPACES', 'chat=1/1m,chat=2/1m'],
    ['HISTORY_NAMESPACES', 'chat:room=1/1m'],
    ['HISTORY_NAMESPACES', '$own=1/1m'],
    ['API_KEYS', API_KEY],
    ['API_KEYS', `shop=${API_KEY}/publish/news,shop=${API_KEY}x/publish/news`],
    ['API_KEYS', `shop=${API_KEY}/publish/news,ops=${API_KEY}/*/*`],
    ['API_KEYS', `shop=${API_KEY}/publish/news,ops=short/*/*`],
    ['MAX_BATCH_BYTES', '4095'],
    ['IDEMPOTENCY_TTL', '25h'],
    ['MAX_MESSAGE_BYTES', '0'],
    ['MAX_MESSAGE_BYTES', '1048577'],
    ['MAX_MESSAGE_BYTES', '2MiB'],
    ['MAX_MESSAGE_BYTES', '64k'],
    ['MAX_MESSAGE_BYTES', 'KiB'],
    ['MAX_CHANNELS', '0'],
    ['MAX_CHANNELS', '1001'],
    ['HIGH_WATER_MARK', '0'],
    ['HEARTBEAT_INTERVAL', '9ms'],
    ['HEARTBEAT_INTERVAL', '56s'],
    ['HEARTBEAT_TIMEOUT', '99ms'],
    ['HEARTBEAT_TIMEOUT', '301s'],
    ['MAX_POLL_WAIT', '56s'],
    ['SSE_RETRY_INTERVAL', '9ms'],
    ['DRAIN_TIMEOUT', '6m'],
    ['CHANNEL_IDLE_TIMEOUT', '2h'],
    ['FANOUT_WINDOW', '5'],
    ['FANOUT_WINDOW', '2s'],
    ['TRUST_PROXY', 'proxy.example'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.1,::/0'],
  ])('%s=%s', (env, text) => {
    const [first] = problemsIn({ [env]: text });

    expect(first).toMatch(new RegExp(`^${env} must be `));
  });

  it('names all problems at once, each with what was given', () => {
    expect(problemsIn({ PORT: 'x', LOG_LEVEL: 'loud', HEARTBEAT_INTERVAL: '5' })).toEqual([
      'PORT must be a whole number from 0 to 65535, not "x"',
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
      'HEARTBEAT_INTERVAL must be a duration such as 15s, from 10ms to 55s, not "5"',
    ]);
    expect(() => parseSettings({ PORT: 'x', CHANNEL_IDLE_TIMEOUT: 'y' })).toThrow(
      /^PORT must be .*; CHANNEL_IDLE_TIMEOUT must be .*$/,
    );
  });

  it('does not show a key of the API', () => {
    const [problem, ...more] = problemsIn({ API_KEYS: `shop=${API_KEY}/publsh/news` });
    expect([problem, more]).toEqual([expect.stringContaining('API_KEYS must be a comma-separated list'), []]);
    expect(problem).not.toContain(API_KEY);
  });

  it('does not show the password of a bus', () => {
    expect(problemsIn({ BUS_URL: 'redis//user:secret@redis' })).toEqual([
      'BUS_URL must be memory:, redis://…, rediss://… or redis+sentinel://…',
    ]);
  });
});

describe('contradictions', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.com', '::ffff:10.0.0.1', '*'])(
    'HOST=%s needs ACCESS=open',
    (host) => {
      expect(problemsIn({ HOST: host })).toEqual([expect.stringMatching(/^HOST=.* ACCESS=open/)]);
      expect(problemsIn({ HOST: host, ACCESS: 'open' })).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost', '::ffff:127.0.0.1'])('HOST=%s does not', (host) => {
    expect(problemsIn({ HOST: host })).toEqual([]);
  });

  it.each(['2', '256'])('WORKERS=%s needs a log outside of the process', (workers) => {
    const problem = new RegExp(`^WORKERS=${workers} needs a message log that all workers share: set BUS_URL=redis:`);
    expect(problemsIn({ WORKERS: workers })).toEqual([expect.stringMatching(problem)]);
    expect(problemsIn({ WORKERS: workers, BUS_URL: 'memory:' })).toHaveLength(1);
    expect(parseSettings({ WORKERS: workers, BUS_URL: 'redis://redis' }).workers).toBe(Number(workers));
  });

  it('a revocation outlives the tokens it takes back', () => {
    const env = { REVOCATION_TTL: '1h', AUTH_LEEWAY: '5s' };
    expect(problemsIn({ ...env, MAX_TOKEN_AGE: '3590s' })).toEqual([]);
    expect(problemsIn({ ...env, MAX_TOKEN_AGE: '3591s' })).toEqual([
      expect.stringMatching(/^REVOCATION_TTL=.* MAX_TOKEN_AGE=/),
    ]);
  });

  it('are reported beside what cannot be read', () => {
    expect(problemsIn({ HOST: '0.0.0.0', PORT: 'x' })).toHaveLength(2);
  });
});

describe('what stands together', () => {
  it('is one variable, a default that can be read, and words for each setting', () => {
    const names = Object.values(SETTINGS).map(({ env }) => env);

    expect(new Set(names).size).toBe(names.length);
    for (const { env, about, change, wanted } of Object.values(SETTINGS)) {
      expect(env).toMatch(/^[A-Z_]+$/);
      expect(about).toMatch(/^.{10,}\.$/);
      expect(change).toMatch(/^.{10,}\.$/);
      expect(wanted.length).toBeGreaterThan(5);
    }
  });
});
