import { publish, startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS, publishJson, uniqueChannel } from '@tetracast/testing';
import { PassThrough } from 'node:stream';
import { cli } from './run-cli';

const SECRET = 'a secret of at least thirty-two bytes, for the tests';

let server: TestService;
let locked: TestService;
beforeAll(async () => {
  server = await startService(plugins, { ...NO_LIMITS, POLL_RATE: '0/0/0' });
  locked = await startService(plugins, { AUTH_SECRET: SECRET });
});
afterAll(async () => {
  await server.close();
  await locked.close();
});

const at = (url: string): { env: Record<string, string> } => ({ env: { TETRACAST_URL: url } });

describe('sub', () => {
  it('prints messages for people, and ends after a count', async () => {
    const channel = uniqueChannel();
    await publish(server, channel, ['hello', { eur: 42 }], 'price');
    const { code, out } = await cli(['sub', channel, '--after', 'earliest', '--count', '2'], at(server.url));

    expect(code).toBe(0);
    const time = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z';
    expect(out).toMatch(new RegExp(`^${time} ${channel} price hello\\n${time} ${channel} price {"eur":42}\\n$`));
  });

  it.each(['websocket', 'sse', 'polling'])('prints a line of JSON for each message over %s', async (transport) => {
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2, 3]);
    const args = ['sub', channel, '--rewind', '2', '-n', '2', '--json', '--transport', transport];
    const { out } = await cli(args, at(server.url));

    const lines = out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { data: number }).data)).toEqual([2, 3]);
  });

  it('prints what others wrote as one line that a terminal only shows', async () => {
    const channel = uniqueChannel();
    await publish(server, channel, ['\u001b[2J red\r\n\u009b0m\ttab', { '\u007f': '\u009b' }]);
    const args = ['sub', channel, '--rewind', '2', '-n', '2'];
    const [text, json] = [await cli(args, at(server.url)), await cli([...args, '--json'], at(server.url))];

    expect(text.out.split('\n').map((line) => line.split(' message ')[1])).toEqual([
      '\\u001b[2J red\\u000d\\n\\u009b0m\ttab',
      '{"\\u007f":"\\u009b"}',
      undefined,
    ]);
    expect(/(?!\n)\p{Cc}/u.exec(json.out)).toBeNull();
    const [, last = ''] = json.out.split('\n');
    expect(JSON.parse(last)).toMatchObject({ data: { '\u007f': '\u009b' } });
  });

  it('prints the last message of each channel, and ends with the last channel', async () => {
    const channels = [uniqueChannel(), uniqueChannel()];
    const url = `${server.url}/polling`;
    for (const channel of channels) await publishJson(url, { channel, data: 'over', end: true });
    const { code, out } = await cli(['sub', ...channels, '--after', 'earliest', '--json'], at(server.url));

    const lines = out.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { channel: string; event: string });
    expect(code).toBe(0);
    expect(events).toHaveLength(2);
    expect(new Map(events.map(({ channel, event }) => [channel, event]))).toEqual(
      new Map(channels.map((channel) => [channel, 'tetracast:end'])),
    );
  });

  it('prints a message once, though its channel is named twice', async () => {
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2]);
    const { out } = await cli(['sub', channel, channel, '--rewind', '2', '-n', '2', '--json'], at(server.url));

    expect(out.match(/"data":\d/g)).toEqual(['"data":1', '"data":2']);
  });

  it.each(['not a url', 'ftp://127.0.0.1', ''])('fails at once if the URL is %j', async (url) => {
    const { code, err } = await cli(['sub', 'news', '--url', url]);

    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('is no URL of a server') as string });
  });

  it('ends quietly when it is interrupted', async () => {
    const ending = new AbortController();
    const channel = uniqueChannel();
    await publish(server, channel, [1]);
    const args = ['sub', channel, '--after', 'earliest'];
    const { code, err } = await cli(args, { ...at(server.url), signal: ending.signal, onOut: () => ending.abort() });

    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('says that the server wants a token, with its own exit code', async () => {
    const { code, err } = await cli(['sub', 'news'], at(locked.url));

    expect(code).toBe(3);
    expect(err).toContain('(unauthorized)');
  });
});

describe('pub', () => {
  it('ends at the first refusal, while its pipe is still open', async () => {
    const stdin = new PassThrough();
    stdin.write('a line\n');
    const { code, err } = await cli(['pub', 'no name'], { ...at(server.url), stdin });

    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('(invalid_channel)') as string });
  });

  it('publishes one message, once for a key, and prints its id', async () => {
    const channel = uniqueChannel();
    const args = ['pub', channel, '{"eur":42}', '--json', '--event', 'price'];
    const { code, out } = await cli(args, at(server.url));
    const listed = await cli(['sub', channel, '--after', 'earliest', '-n', '1', '--json'], at(server.url));

    expect(code).toBe(0);
    expect(JSON.parse(listed.out)).toMatchObject({ id: out.trim(), event: 'price', data: { eur: 42 } });
  });

  it('publishes each line of stdin, in order', async () => {
    const channel = uniqueChannel();
    const lines = Array.from({ length: 250 }, (_, index) => `line ${index}`);
    const { out } = await cli(['pub', channel], { ...at(server.url), stdin: lines.join('\n') });
    const listed = await cli(['sub', channel, '--after', 'earliest', '-n', '250', '--json'], at(server.url));

    expect(out.trim().split('\n')).toHaveLength(250);
    expect(
      listed.out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { data: string }).data),
    ).toEqual(lines);
  });

  it.each([
    ['data that is not JSON', ['pub', 'news', '{', '--json'], 1, 'not JSON: {'],
    ['a channel that is none', ['pub', 'no name', 'x'], 1, '(invalid_channel)'],
  ])('refuses %s', async (_what, args, expected, text) => {
    const { code, err } = await cli(args, at(server.url));

    expect(code).toBe(expected);
    expect(err).toContain(text);
  });
});

describe('token', () => {
  it('mints what the server accepts, and inspects it', async () => {
    const env = { AUTH_SECRET: SECRET, TETRACAST_URL: locked.url };
    const minted = await cli(['token', 'mint', '--sub', 'ann', '--publish', 'news', '--ttl', '1h'], { env });
    const token = minted.out.trim();
    const published = await cli(['pub', 'news', 'hi', '--token', token], { env });
    const inspected = await cli(['token', 'inspect', token], { env });
    const other = await cli(['token', 'inspect', token, '--secret', SECRET.toUpperCase()]);

    expect(published.code).toBe(0);
    expect(inspected.out).toContain('"sub": "ann"');
    expect(inspected.out).toMatch(/It expires in 3\d\d\d s\.\nAUTH_SECRET signed it\./);
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('"sub": "ann"') as string });
    expect(other.err).toContain('AUTH_SECRET did not sign it');
  });

  it('says which channels may be ended and cancelled, and which relays may be used', async () => {
    const allowed = ['--end', 'a', 'b', '--cancel', 'c', '--relay', 'model'];
    const token = (await cli(['token', 'mint', ...allowed, '--secret', SECRET])).out.trim();
    const { out } = await cli(['token', 'inspect', token]);

    expect(JSON.parse(out.slice(0, out.lastIndexOf('}') + 1))).toMatchObject({
      tetracast: { end: ['a', 'b'], cancel: ['c'], relay: ['model'] },
    });
  });

  it.each([
    ['a secret that is too short', ['token', 'mint', '--secret', 'short'], 'shorter than 32 bytes'],
    ['no secret', ['token', 'mint'], 'AUTH_SECRET is not set'],
    ['a time that is none', ['token', 'mint', '--secret', SECRET, '--ttl', '1w'], 'must be a time'],
    ['what is no token', ['token', 'inspect', 'a.b'], 'not a token'],
  ])('refuses %s', async (_what, args, text) => {
    const { code, err } = await cli(args);

    expect(code).toBe(1);
    expect(err).toContain(text);
  });
});

describe('the command', () => {
  it('shows its help with 0, and a wrong command with 2', async () => {
    const help = await cli(['--help']);
    const wrong = await cli(['subscribe']);

    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('Usage: tetracast');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("unknown command 'subscribe'");
  });

  it('has colours on terminals only, and not with NO_COLOR', async () => {
    const args = ['token', 'inspect', (await cli(['token', 'mint', '--secret', SECRET])).out.trim()];
    const [pipe, terminal, plain] = [
      await cli(args),
      await cli(args, { isTTY: true }),
      await cli(args, { isTTY: true, env: { NO_COLOR: '1' } }),
    ];

    expect(terminal.out).toContain('\u001b[32m');
    expect(plain.out).toBe(pipe.out);
    expect(pipe.out).not.toContain('\u001b');
  });
});

describe('bench', () => {
  it.each(['websocket', 'sse', 'polling'])(
    'counts every message over %s, with percentiles and a histogram',
    async (transport) => {
      const args = ['bench', '-c', '3', '-r', '20', '-s', '1', '--transport', transport];
      const { code, out } = await cli(args, at(server.url));

      expect(code).toBe(0);
      expect(out).toMatch(/^60 of 60 messages received\np50 [\d.]+ ms {3}p90 .*\n(?:≤ +\d+ ms (?:█+ [1-9]\d*| 0)\n)+$/);
    },
  );

  it('counts nothing that others publish on its channel', async () => {
    const channel = uniqueChannel();
    const poll = async (query: string): Promise<{ cursor: string }> =>
      (await fetch(`${server.url}/polling?channel=${channel}${query}`)).json() as Promise<{ cursor: string }>;
    const { cursor } = await poll('');
    const ended = cli(['bench', server.url, '--channel', channel, '-c', '1', '-r', '5', '-s', '2']);
    // The bench has begun.
    await poll(`&wait=50&after=${cursor}`);
    await publish(server, channel, [null, 'text', { at: 'noon' }]);

    expect((await ended).out).toContain('10 of 10 messages received');
  });
});
