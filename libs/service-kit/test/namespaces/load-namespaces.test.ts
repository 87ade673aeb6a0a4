import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir, removeDir } from '@tetracast/testing';
import { parseSettings } from '../../src/settings/settings';
import { problemsIn } from '../problems-in';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await createTempDir('namespaces');
  file = join(folder, 'namespaces.yaml');
});

afterAll(() => removeDir(folder));

const AUTH_SECRET = 'x'.repeat(32);

/** What is wrong with the settings if the file has this text. */
function problemsWith(text: string, env: Record<string, string> = {}): readonly string[] {
  writeFileSync(file, text);
  return problemsIn({ NAMESPACES_FILE: file, ...env });
}

it('reads the policies with the other settings', () => {
  writeFileSync(file, 'namespaces:\n  chat: { publish: token }');
  expect([...parseSettings({ NAMESPACES_FILE: file, AUTH_SECRET }).namespaces]).toEqual([
    ['chat', { publish: 'token' }],
  ]);
});

it('reports what is wrong in the file besides what is wrong elsewhere', () => {
  expect(problemsWith('namespaces:\n  chat: { publish: all }', { PORT: 'x' })).toEqual([
    expect.stringMatching(/^PORT must be /),
    `NAMESPACES_FILE=${file}: line 2: namespaces.chat.publish must be public, token or backend, not "all"`,
  ]);
  expect(problemsIn({ NAMESPACES_FILE: join(folder, 'none') })).toEqual([
    `NAMESPACES_FILE=${join(folder, 'none')}: there is no such file`,
  ]);
});

it('refuses a history that HISTORY_NAMESPACES has, too', () => {
  const text = 'namespaces:\n  chat: { history: { size: 1, ttl: 1s } }\n  feed: { publish: public }';
  expect(problemsWith(text, { HISTORY_NAMESPACES: 'chat=1/1s,feed=1/1s' })).toEqual([
    `NAMESPACES_FILE=${file}: HISTORY_NAMESPACES has the history of chat, too: remove one of them`,
  ]);
});

it('refuses to need a token where the service accepts none', () => {
  const text = 'namespaces:\n  chat: { subscribe: token }';
  expect(problemsWith(text)).toEqual([expect.stringContaining('chat needs tokens, but the service accepts none')]);
  expect(problemsWith(text, { AUTH_SECRET })).toEqual([]);
});
