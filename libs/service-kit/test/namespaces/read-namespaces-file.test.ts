import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir, removeDir } from '@tetracast/testing';
import { parseNamespaces, readNamespacesFile } from '../../src/namespaces/read-namespaces-file';

const FILE = `
# Comments are allowed.
namespaces:
  chat:
    history: { size: 5000, ttl: 24h }
    publishRate: 10/100/20
  prices:
    subscribe: public
    publish: backend
  private: {}
`;

it('reads the policies of namespaces from YAML', () => {
  expect(Object.fromEntries(parseNamespaces(FILE))).toEqual({
    chat: {
      history: { size: 5000, ttlMs: 86_400_000 },
      publishRate: { connection: 10, address: 100, user: 20 },
    },
    prices: { subscribe: 'public', publish: 'backend' },
    private: {},
  });
});

it('reads the same from JSON', () => {
  const json = '{"namespaces": {"chat": {"history": {"size": 1, "ttl": "1ms"}}}}';
  expect(Object.fromEntries(parseNamespaces(json))).toEqual({ chat: { history: { size: 1, ttlMs: 1 } } });
});

const inChat = (text: string): string => `namespaces:\n  chat:\n    ${text}\n`;

it.each([
  ['', 'line 1: the file must be an object with the member "namespaces", not null'],
  ['namespaces: *chat', expect.stringContaining('an alias cannot be resolved') as string],
  ['{}', 'line 1: namespaces is missing: it must be an object of namespaces'],
  ['namespace: {}', 'line 1: namespaces is missing: it must be an object of namespaces'],
  ['namespaces:\n  chat: {}\nother: 1', 'line 3: other is not known: correct its name, or remove it'],
  [inChat('history: 5'), 'line 3: namespaces.chat.history must be an object with "size" and "ttl", not 5'],
  [
    inChat('history: { size: 0, ttl: 1h }'),
    'line 3: namespaces.chat.history.size must be a whole number of messages from 1 to 1000000, not 0',
  ],
  [
    inChat('history:\n      size: 1\n      ttl: 1d'),
    'line 5: namespaces.chat.history.ttl must be a duration such as 10m, from 1ms to 720h, not "1d"',
  ],
  [
    inChat('history: { size: 1 }'),
    'line 3: namespaces.chat.history.ttl is missing: it must be a duration such as 10m, from 1ms to 720h',
  ],
  [inChat('publish: all'), 'line 3: namespaces.chat.publish must be public, token or backend, not "all"'],
  [
    inChat('publishRate: 10'),
    'line 3: namespaces.chat.publishRate must be three rates a second, connection/address/user, such as 10/100/20; 0 is no limit, not 10',
  ],
  [inChat('presence: true'), 'line 3: namespaces.chat.presence is not known: correct its name, or remove it'],
  ['namespaces:\n  a:b: {}', 'line 2: "a:b" is not a namespace: write what comes before the first ":" of its channels'],
  [
    'namespaces:\n  $own: {}',
    'line 2: "$own" is not a namespace: write what comes before the first ":" of its channels',
  ],
])('says where %j is wrong, and how to correct it', (text, problem) => {
  expect(() => parseNamespaces(text)).toThrow(
    expect.objectContaining({ problems: expect.arrayContaining([problem]) as unknown }) as Error,
  );
});

it.each(['namespaces: [', 'namespaces:\n  chat: {}\n  chat: {}', 'namespaces:\n\tchat: {}'])(
  'names the line at which %j cannot be read',
  (text) => {
    expect(() => parseNamespaces(text)).toThrow(/^line [123]: it is neither YAML nor JSON: /);
  },
);

it('reads a file, and says why it cannot', async () => {
  const directory = await createTempDir('namespaces');
  try {
    const path = join(directory, 'namespaces.yaml');
    expect(() => readNamespacesFile(path)).toThrow('there is no such file');
    expect(() => readNamespacesFile(directory)).toThrow('it cannot be read (EISDIR)');
    writeFileSync(path, FILE);
    expect([...readNamespacesFile(path).keys()]).toEqual(['chat', 'prices', 'private']);
  } finally {
    await removeDir(directory);
  }
});

it('reads the example of the documentation', () => {
  const text = readFileSync(join(__dirname, '../../../../docs/operations.md'), 'utf8');
  const [, example = ''] = /```yaml excerpt\n(namespaces:[^]*?)```/.exec(text) ?? [];
  expect([...parseNamespaces(example).keys()]).toEqual(['chat', 'prices']);
});
