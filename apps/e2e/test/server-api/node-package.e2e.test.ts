import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { mintToken, Tetracast } from '@tetracast/server';
import { createTempDir, removeDir } from '@tetracast/testing';
import { type Standalone, startStandalone } from '../access/start-standalone';

const ROOT = resolve(__dirname, '../../../..');
const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';
const API_KEY = 'an-api-key-of-the-tests-of-more-than-32-letters';

let service: Standalone;
let tetracast: Tetracast;

beforeAll(async () => {
  service = await startStandalone({ AUTH_SECRET, API_KEYS: `tests=${API_KEY}/*/*` });
  tetracast = new Tetracast({ url: service.url, key: API_KEY });
});

afterAll(() => service[Symbol.asyncDispose]());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('@tetracast/server', () => {
  it('publishes, reads and deletes', async () => {
    const { id } = await tetracast.publish('a', { n: 0 }, { idempotencyKey: 'k' });
    expect(await tetracast.publish('a', { n: 0 }, { idempotencyKey: 'k' })).toEqual({
      id,
      channel: 'a',
      duplicate: true,
    });
    expect(await tetracast.publishTo(['a', 'b'], 1)).toMatchObject([{ channel: 'a' }, { channel: 'b' }]);
    const results = await tetracast.batch([
      { channel: 'a', data: 2 },
      { channel: 'no name', data: 3 },
    ]);
    expect(results).toMatchObject([{ channel: 'a' }, { error: { code: 'invalid_channel' } }]);

    const dataOf = async (query: Parameters<Tetracast['history']>[1]): Promise<unknown[]> =>
      (await collect(tetracast.history('a', query))).map(({ data }) => data);
    expect(await dataOf({ limit: 2 })).toEqual([{ n: 0 }, 1, 2]);
    expect(await dataOf({ limit: 2, order: 'desc' })).toEqual([2, 1, { n: 0 }]);
    expect((await collect(tetracast.channels())).map(({ channel }) => channel).sort()).toEqual(['a', 'b']);

    expect([await tetracast.deleteMessage('a', id), await tetracast.deleteMessage('a', id)]).toEqual([true, false]);
    expect(await tetracast.deleteHistory('b')).toBe(1);
    expect(await tetracast.deleteUserMessages('nobody')).toBe(0);
  });

  it('cancels and ends a channel, and counts members', async () => {
    await expect(tetracast.cancel('answer')).rejects.toMatchObject({ code: 'not_found', status: 404 });
    await tetracast.publish('answer', 'the first words');
    const { id } = await tetracast.cancel('answer');
    await tetracast.end('answer', 'bye');
    await expect(tetracast.publish('answer', 'too late')).rejects.toMatchObject({ code: 'channel_ended', status: 409 });
    await expect(tetracast.cancel('answer')).rejects.toMatchObject({ code: 'channel_ended' });
    expect(await collect(tetracast.history('answer'))).toMatchObject([
      { event: 'message', data: 'the first words' },
      { event: 'tetracast:cancel', data: null, id },
      { event: 'tetracast:end', data: 'bye' },
    ]);
    expect([await collect(tetracast.members('answer')), await tetracast.countMembers('answer')]).toEqual([[], 0]);
  });

  it('fails with the code of the server', async () => {
    await expect(tetracast.publish('no name', 1)).rejects.toMatchObject({ code: 'invalid_channel', status: 400 });
    const stranger = new Tetracast({ url: service.url, key: 'x'.repeat(32) });
    await expect(stranger.stats()).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('makes tokens that clients connect with, and revokes them', async () => {
    const token = mintToken({ secret: AUTH_SECRET }, { sub: 'ann', publish: ['a'] });
    const publish = (): Promise<Response> =>
      fetch(`${service.url}/polling?token=${token}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"channel":"a","data":1}',
      });
    expect((await publish()).status).toBe(201);
    await tetracast.revoke({ sub: 'ann' });
    expect((await publish()).status).toBe(401);
  });
});

it('the example of the documentation runs with the package', async () => {
  const folder = await createTempDir('server-example');
  try {
    const text = readFileSync(join(ROOT, 'docs/server-api.md'), 'utf8');
    const [, code = ''] = /```mjs excerpt\n([^]*?)```/.exec(text) ?? [];
    cpSync(join(ROOT, 'dist/libs/server'), join(folder, 'node_modules/@tetracast/server'), { recursive: true });
    writeFileSync(join(folder, 'example.mjs'), code.replace('http://127.0.0.1:8080', service.url));
    const env = { ...process.env, API_KEY, AUTH_SECRET };
    const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder, env });
    expect(stdout).toBe('2 stored\ntwo\none\n0 members\n3 parts\n');
  } finally {
    await removeDir(folder);
  }
});
