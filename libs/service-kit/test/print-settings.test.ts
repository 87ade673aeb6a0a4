import { printSettings } from '../src/settings/print-settings';
import { SETTINGS } from '../src/settings/settings';

const KEY = 'k'.repeat(43);
const SECRET = 'a secret of at least thirty-two bytes';

const lineOf = (name: string, env: Record<string, string> = {}, port?: number): string | undefined =>
  printSettings(env, port === undefined ? {} : { port })
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.replaceAll(/ +/g, ' ');

it('has a line for every setting, in groups', () => {
  const lines = printSettings({}).trimEnd().split('\n');
  const names = lines.map((line) => line.split(' ')[0]).filter((name) => name !== '#' && name !== '');

  expect(names).toEqual(Object.values(SETTINGS).map(({ env }) => env));
  expect(lines.filter((line) => line.startsWith('#'))).toEqual(['# everyday', '# access', '# limits', '# tuning']);
});

it.each<[string, string, Record<string, string>]>([
  ['HISTORY_SIZE', 'HISTORY_SIZE 1000 default', {}],
  ['HISTORY_SIZE', 'HISTORY_SIZE 1000 default', { HISTORY_SIZE: ' ' }],
  ['HISTORY_SIZE', 'HISTORY_SIZE 5000 environment', { HISTORY_SIZE: '5000' }],
  ['HISTORY_SIZE', 'HISTORY_SIZE 1000 environment', { HISTORY_SIZE: '1000' }],
  ['AUTH_SECRET', 'AUTH_SECRET default', {}],
])('says of %s where it comes from: %s', (name, line, env) => {
  expect(lineOf(name, env)).toBe(line);
});

it('knows the port of its service', () => {
  expect(lineOf('PORT', {}, 3603)).toBe('PORT 3603 default');
  expect(lineOf('PORT', { PORT: '80' }, 3603)).toBe('PORT 80 environment');
});

it.each<[string, string, string]>([
  ['AUTH_SECRET', SECRET, '***'],
  ['AUTH_PUBLIC_KEY', '-----BEGIN PUBLIC KEY-----\\nMCow', '***'],
  ['API_KEYS', `a=${SECRET}`, '***'],
  ['API_KEYS', `a=${KEY}/*/*,b=${KEY}/publish/c=d`, '***'],
  ['API_KEYS', `a=${KEY}/*/*, b=${KEY}b/publish/news`, 'a=***/*/*, b=***/publish/news'],
  ['BUS_URL', 'redis://redis:6379/1', 'redis://redis:6379/1'],
  ['BUS_URL', 'redis://user:pass/w@rd@redis:6379', 'redis://***@redis:6379'],
  [
    'BUS_URL',
    'redis+sentinel://app:secret@a,b/main?sentinel_username=x&sentinel_password=other&y=1',
    'redis+sentinel://***@a,b/main?sentinel_username=x&sentinel_password=***&y=1',
  ],
])('masks what is secret in %s=%s', (name, given, shown) => {
  expect(lineOf(name, { [name]: given })).toBe(`${name} ${shown} environment`);
});
