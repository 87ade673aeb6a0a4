import { API_CALLS, API_SCOPES, type ApiCall, type ApiCallName, type ApiScope } from '@tetracast/message-model';
import { NO_LIMITS } from '@tetracast/testing';
import { bearer } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint, nowS } from './tokens';

const calls = Object.entries(API_CALLS) as unknown as readonly (readonly [ApiCallName, ApiCall])[];

/** What a call concerns: one channel, all of them, or none. */
type Concern = 'publish' | 'subscribe' | 'all' | 'none';

interface Case {
  readonly concern: Concern;
  /** The path and the body, for one channel. */
  readonly request: (channel: string) => { readonly path?: string; readonly body?: unknown };
}

const onPath = (concern: Concern, name: ApiCallName, more: Readonly<Record<string, string>> = {}): Case => ({
  concern,
  request: (channel) => ({
    path: API_CALLS[name].path.replace(
      /\{(\w+)\}/g,
      (_, key: string) => ({ channel, user: 'nobody', ...more })[key] ?? '',
    ),
  }),
});

const onUser = (name: 'subscribeUser' | 'unsubscribeUser'): Case => ({
  concern: 'subscribe',
  request: (channel) => ({ ...onPath('subscribe', name).request(channel), body: { channels: [channel] } }),
});

/** Each call, so that a new one has to say whom it serves. */
const CASES: Readonly<Record<ApiCallName, Case>> = {
  publish: { concern: 'publish', request: (channel) => ({ body: { channel, data: 1 } }) },
  batch: { concern: 'none', request: (channel) => ({ body: { messages: [{ channel, data: 1 }] } }) },
  listChannels: onPath('none', 'listChannels'),
  getHistory: onPath('subscribe', 'getHistory'),
  deleteHistory: onPath('publish', 'deleteHistory'),
  deleteMessage: onPath('publish', 'deleteMessage', { id: 'AAAAAAAA-1' }),
  deleteUserMessages: onPath('all', 'deleteUserMessages'),
  listConnections: onPath('all', 'listConnections'),
  getConnection: onPath('all', 'getConnection', { id: 'nothing' }),
  closeConnection: onPath('all', 'closeConnection', { id: 'nothing' }),
  disconnectUser: onPath('all', 'disconnectUser'),
  subscribeUser: onUser('subscribeUser'),
  unsubscribeUser: onUser('unsubscribeUser'),
  getStats: onPath('all', 'getStats'),
  revoke: { concern: 'all', request: () => ({ body: { sub: 'nobody' } }) },
};

const keyOf = (name: string): string => name.padEnd(40, '_');

/** A key for each scope alone, for everything but that scope, and for everything but the channel. */
const KEYS = API_SCOPES.flatMap((scope) => [
  `only-${scope}=${keyOf(`only-${scope}`)}/${scope}/*`,
  `but-${scope}=${keyOf(`but-${scope}`)}/${API_SCOPES.filter((other) => other !== scope).join('+')}/*`,
  `other-${scope}=${keyOf(`other-${scope}`)}/${scope}/other`,
]);

let service: Standalone;

beforeAll(async () => {
  service = await startStandalone({ ...NO_LIMITS, POLL_RATE: '0/0/0', ...ACCESS_ENV, API_KEYS: KEYS.join(',') });
});

afterAll(() => service[Symbol.asyncDispose]());

/** The code of the answer, or `ok`. To find nothing to delete is no refusal. */
async function outcomeOf(name: ApiCallName, headers: Readonly<Record<string, string>>): Promise<string> {
  const { method, path } = API_CALLS[name];
  const given = CASES[name].request('news');
  const { body } = given;
  const answer = await fetch(service.url + (given.path ?? path), {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (answer.ok || answer.status === 404) return 'ok';
  return ((await answer.json()) as { code: string }).code;
}

const tokenWith = (api: readonly ApiScope[], channels: readonly string[], admin = false): Promise<string> =>
  mint({ iat: nowS(), tetracast: { api, subscribe: channels, publish: channels, admin } });

describe.each(calls)('the call %s', (name, { scope }) => {
  const { concern } = CASES[name];
  const elsewhere = concern === 'none' ? 'ok' : 'forbidden';

  it('needs a key or a token', async () => {
    for (const headers of [{}, bearer('wrong'), bearer('a.b.c'), { authorization: 'Basic x' }]) {
      expect(await outcomeOf(name, headers)).toBe('unauthorized');
    }
  });

  it.each(API_SCOPES)('with a key for %s', async (given) => {
    const [only, but, other] = ['only', 'but', 'other'].map((kind) => bearer(keyOf(`${kind}-${given}`)));

    expect(await outcomeOf(name, only!)).toBe(given === scope ? 'ok' : 'forbidden');
    expect(await outcomeOf(name, but!)).toBe(given === scope ? 'forbidden' : 'ok');
    expect(await outcomeOf(name, other!)).toBe(given === scope ? elsewhere : 'forbidden');
  });

  it('with a token', async () => {
    const without = API_SCOPES.filter((other) => other !== scope);

    expect(await outcomeOf(name, bearer(await tokenWith([scope], ['*'])))).toBe('ok');
    expect(await outcomeOf(name, bearer(await tokenWith(without, ['*'], true)))).toBe('forbidden');
    expect(await outcomeOf(name, bearer(await tokenWith([scope], ['other'])))).toBe(elsewhere);
    expect(await outcomeOf(name, bearer(await mint({ exp: nowS() - 1, tetracast: { api: [scope] } })))).toBe(
      'unauthorized',
    );
  });

  if (concern === 'publish' || concern === 'subscribe') {
    it(`with a token that may ${concern} alone`, async () => {
      const tokenFor = (right: string): Promise<string> => mint({ tetracast: { api: [scope], [right]: ['news'] } });

      expect(await outcomeOf(name, bearer(await tokenFor(concern)))).toBe('ok');
      const opposite = concern === 'publish' ? 'subscribe' : 'publish';
      expect(await outcomeOf(name, bearer(await tokenFor(opposite)))).toBe('forbidden');
    });
  }
});

it('a claim that is no list of scopes makes a token invalid', async () => {
  for (const api of ['publish', ['publsh'], [1], {}]) {
    expect(await outcomeOf('publish', bearer(await mint({ tetracast: { api, publish: ['*'] } })))).toBe('unauthorized');
  }
});
