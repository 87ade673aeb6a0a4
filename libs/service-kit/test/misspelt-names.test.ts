import { misspeltSettings } from '../src/settings/settings';
import { problemsIn } from './problems-in';

describe('a name that is near to a setting', () => {
  it.each([
    ['AUTH_SECRETS', 'AUTH_SECRET'],
    ['HISTORY_SIZ', 'HISTORY_SIZE'],
    ['HISTORYTTL', 'HISTORY_TTL'],
    ['history_size', 'HISTORY_SIZE'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['TRUST_PROXYS', 'TRUST_PROXY'],
    ['REWIND_MAX', 'MAX_REWIND'],
    ['POLL_WAIT_MAX', 'MAX_POLL_WAIT'],
    ['FANOUT_WINDOW_MS', 'FANOUT_WINDOW'],
    ['HEARTBEAT', 'HEARTBEAT_INTERVAL'],
    ['PUBLISH_RATE_PER_USER', 'PUBLISH_RATE'],
    ['PORTT', 'PORT'],
  ])('%s is probably meant for %s', (given, meant) => {
    expect(misspeltSettings({ [given]: 'x' })).toEqual([
      `${given} is not a setting and has no effect: did you mean ${meant}?`,
    ]);
  });

  it('is nothing to speak of while it has no value', () => {
    expect(misspeltSettings({ AUTH_SECRETS: '', HISTORY_SIZ: undefined })).toEqual([]);
  });

  it('stands beside what keeps a service from starting', () => {
    expect(problemsIn({ HOST: '0.0.0.0', AUTH_SECRETS: 'x'.repeat(32) })).toEqual([
      expect.stringMatching(/^HOST=0\.0\.0\.0 /),
      'AUTH_SECRETS is not a setting and has no effect: did you mean AUTH_SECRET?',
    ]);
  });
});

it.each([
  ...[
    'HOME',
    'HOSTNAME',
    'HOSTTYPE',
    'PATH',
    'PWD',
    'USER',
    'TERM',
    'SHELL',
    'LANG',
    'LOGNAME',
    'HISTSIZE',
    'HISTFILE',
  ],
  ...['NODE_ENV', 'NODE_OPTIONS', 'npm_config_cache', 'npm_lifecycle_event', 'INIT_CWD', 'REDIS_URL', 'DATABASE_URL'],
  ...['http_proxy', 'HTTPS_PROXY', 'NO_PROXY', 'ACCESS_LOG', 'WORKER_PROCESSES', 'SSE_PORT', 'SSE_SERVICE_HOST'],
  ...['COMPOSE_ENV_FILES', 'MAX_BODY', 'LISTEN', 'RESOLVER', 'UPSTREAM_SSE', 'CLIENT_TIMEOUT', 'KUBERNETES_PORT'],
])('%s is a name of another program', (name) => {
  expect(misspeltSettings({ [name]: 'x' })).toEqual([]);
});
