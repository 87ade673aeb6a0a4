import { publish, startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS, uniqueChannel } from '@tetracast/testing';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cli } from './run-cli';

const KEY = 'k'.repeat(43);

let server: TestService;
beforeAll(async () => {
  server = await startService(plugins, { ...NO_LIMITS, API_KEYS: `all=${KEY}/*/*` });
});
afterAll(() => server.close());

const api = (): { env: Record<string, string> } => ({
  env: { TETRACAST_API_URL: server.url, TETRACAST_API_KEY: KEY, TETRACAST_URL: 'http://127.0.0.1:9' },
});
const dataIn = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data: unknown }).data);

describe('history', () => {
  it('prints the stored messages, the oldest first or the newest first, from a cursor, and as many as asked for', async () => {
    const channel = uniqueChannel();
    const [first = '', , last = ''] = await publish(server, channel, [1, 2, 3]);
    const print = async (...args: string[]): Promise<unknown[]> =>
      dataIn((await cli(['history', channel, '--json', ...args], api())).out);

    expect(await print()).toEqual([1, 2, 3]);
    expect(await print('--desc', '-n', '2')).toEqual([3, 2]);
    expect(await print('--after', first, '--before', last)).toEqual([2]);
  });

  it('prints a line for people', async () => {
    const channel = uniqueChannel();
    await publish(server, channel, [{ eur: 42 }], 'price');
    const { code, out } = await cli(['history', channel], api());

    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^\\S+Z ${channel} price {"eur":42}\\n$`));
  });

  it('ends with 3 if the server refuses the key, with 1 if there is no server', async () => {
    const wrong = await cli(['history', 'news', '--key', 'w'.repeat(43)], api());
    const nothing = await cli(['history', 'news', '--url', 'http://127.0.0.1:9'], api());

    expect(wrong).toMatchObject({ code: 3, err: expect.stringContaining('(unauthorized)') as string });
    expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining('(unreachable)') as string });
  });
});

it('Ctrl-C ends a call of the server API at once', async () => {
  // No time ends it.
  jest.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal);
  const ending = new AbortController();
  const silent = createServer(() => ending.abort()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const { err } = await cli(['history', 'news', '--url', `http://127.0.0.1:${port}`], { signal: ending.signal });
  silent.closeAllConnections();
  silent.close();

  expect(err).toBe('');
});

describe('channels', () => {
  it('lists channels by their names, as a table and as JSON', async () => {
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2]);
    const args = ['channels', '--prefix', channel];
    const [table, json] = [await cli(args, api()), await cli([...args, '--json'], api())];

    const [head, row] = table.out.split('\n');
    expect(head).toMatch(/^channel +messages +last message +subscribers$/);
    expect(row).toMatch(new RegExp(`^${channel} +2 +\\d{4}-\\S+Z$`));
    expect(JSON.parse(json.out)).toMatchObject({ channel, messages: 2 });
  });

  it('prints nothing if there are none', async () => {
    expect(await cli(['channels', '--prefix', uniqueChannel()], api())).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('connections', () => {
  it('lists those of a channel', async () => {
    const channel = uniqueChannel();
    const stream = await fetch(`${server.url}/sse?channel=${channel}&client=tab-1`, { headers: { authorization: '' } });
    const args = ['connections', '--channel', channel];
    const [table, json] = [await cli(args, api()), await cli([...args, '--client', 'tab-1', '--json'], api())];
    await stream.body?.cancel();

    expect(table.err).toBe('');
    expect(table.out).toMatch(new RegExp(`^id +transport +.*\\n\\S+ +sse +127\\.0\\.0\\.1 +\\S+Z +${channel}\\n$`));
    expect(JSON.parse(json.out)).toMatchObject({ transport: 'sse', client: 'tab-1', channels: [channel] });
  });
});
