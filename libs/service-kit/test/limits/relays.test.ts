import { parseSettings, SettingsError } from '../../src/settings/settings';
import { printSettings } from '../../src/settings/print-settings';

const CHAT = { RELAY_CHAT: 'https://models.example.com/v1' };

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

it('reads relays by their names in the environment', () => {
  const { relays } = parseSettings({
    ...CHAT,
    RELAY_CHAT_SUFFIXES: '/chat/completions, responses',
    RELAY_CHAT_HEADERS: '{"X-Key":"secret"}',
    RELAY_CHAT_FORWARD: 'OpenAI-Organization',
    RELAY_MY_MODEL: 'http://ann:p%40ss@127.0.0.1:9000/?version=1',
    RELAY_TIMEOUT: '5m',
    RELAY_EMPTY: '',
  });

  expect([...relays.keys()]).toEqual(['chat', 'my-model']);
  expect(relays.get('chat')).toEqual({
    url: new URL('https://models.example.com/v1'),
    suffixes: new Set(['chat/completions', 'responses']),
    headers: { 'x-key': 'secret' },
    forward: ['accept', 'content-type', 'openai-organization'],
  });
  expect(relays.get('my-model')).toMatchObject({
    url: new URL('http://127.0.0.1:9000/?version=1'),
    headers: { authorization: `Basic ${Buffer.from('ann:p@ss').toString('base64')}` },
  });
});

type Row = readonly [env: Readonly<Record<string, string>>, problem: unknown];

it.each<Row>([
  [{ RELAY_CHAT: 'models.example.com' }, 'RELAY_CHAT must be an https:// or http:// URL of an upstream'],
  [{ RELAY_CHAT: 'ftp://models.example.com' }, 'RELAY_CHAT must be an https:// or http:// URL of an upstream'],
  [{ RELAY_TIMEOT: '5m' }, 'RELAY_TIMEOT must be an https:// or http:// URL of an upstream'],
  [{ RELAY_A__B: 'https://a.example' }, expect.stringMatching(/^RELAY_A__B is no name of a relay/)],
  [{ RELAY_CHAT_SUFFIXES: 'a' }, 'RELAY_CHAT_SUFFIXES belongs to no relay: set RELAY_CHAT too'],
  ...['../admin', 'a?b=1', 'a#b', 'a//b', '@evil', 'a b', 'a/../b', ':80'].map(
    (suffix) =>
      [
        { ...CHAT, RELAY_CHAT_SUFFIXES: suffix },
        'RELAY_CHAT_SUFFIXES must be a comma-separated list of paths, such as chat/completions,responses',
      ] satisfies Row,
  ),
  ...['Authorization', 'cookie', 'x-forwarded-for', 'sec-fetch-site', 'host', 'connection', 'a b'].map(
    (header) =>
      [
        { ...CHAT, RELAY_CHAT_FORWARD: header },
        `RELAY_CHAT_FORWARD must not have ${header.toLowerCase()}: the service never passes it on`,
      ] satisfies Row,
  ),
  ...['x', '[]', '{"a":1}', '{"host":"evil"}', '{"a":"b\\r\\nc: d"}', '{"a b":"c"}'].map(
    (headers) =>
      [
        { ...CHAT, RELAY_CHAT_HEADERS: headers },
        'RELAY_CHAT_HEADERS must be a JSON object of header names and values, such as {"x-key":"…"}',
      ] satisfies Row,
  ),
])('%j is a problem', (env, problem) => {
  expect(problemsOf(env)).toEqual([problem]);
});

it('prints relays without their secrets', () => {
  const printed = printSettings({
    ...CHAT,
    RELAY_CHAT_HEADERS: '{"x-key":"secret"}',
    RELAY_B: 'https://ann:secret@b.example/',
  });

  expect(printed).toMatch(/^# relays\nRELAY_CHAT +https:\/\/models\.example\.com\/v1 +environment\n/m);
  expect(printed).toMatch(/^RELAY_CHAT_HEADERS +\*\*\* +environment$/m);
  expect(printed).not.toMatch(/secret/);
});
