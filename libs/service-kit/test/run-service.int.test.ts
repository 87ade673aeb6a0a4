import { freePort, type ServiceProcess, startProcess } from '@tetracast/testing';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, createServer } from 'node:net';
import { ask, post } from './ask';
import { openConnection } from './open-connection';
import { bundleFixture, type Fixture, runToEnd } from './start-fixture';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await bundleFixture();
});

afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const start = (env: Record<string, string> = {}): Promise<ServiceProcess> => startProcess({ file: fixture.file, env });

/** The log, and what else was written to stdout as `text`. */
function logOf(service: ServiceProcess): Record<string, unknown>[] {
  const lines = service.output().split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a start', () => {
  it('is logged with the address, and that no client is checked', async () => {
    await using service = await start();
    await service.waitForOutput(/no access check.*\n/);

    expect(service.output()).toContain(`listening at ${service.url}\n`);
    expect(logOf(service).map(({ msg }) => msg)).toEqual([
      expect.stringContaining(`Server listening at ${service.url}`),
      'no access check: everyone on this machine may publish and subscribe',
    ]);
  });

  it('says so when it is open to others', async () => {
    await using service = await start({ HOST: '0.0.0.0', ACCESS: 'open' });

    await service.waitForOutput(/no access check.*\n/);
    expect(service.output()).toContain(
      'no access check: everyone who can reach this address may publish and subscribe',
    );
  });

  it('warns of a name that is nearly that of a setting, and shows no value', async () => {
    await using service = await start({ AUTH_SECRETS: 'not-to-be-shown' });

    await service.waitForOutput(/no access check.*\n/);
    expect(logOf(service)).toContainEqual(
      expect.objectContaining({
        level: 40,
        msg: 'AUTH_SECRETS is not a setting and has no effect: did you mean AUTH_SECRET?',
      }),
    );
    expect(service.output()).not.toContain('not-to-be-shown');
  });

  it('with --print-settings prints every setting and ends', async () => {
    const env = { HISTORY_SIZE: '7', AUTH_SECRET: 'a secret of at least thirty-two bytes' };
    const { code, stdout, stderr } = await runToEnd(fixture.file, env, ['--print-settings']);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^HISTORY_SIZE +7 +environment$/m);
    expect(stdout).toMatch(/^HISTORY_TTL +10m +default$/m);
    expect(stdout).toMatch(/^AUTH_SECRET +\*{3} +environment$/m);
    expect(stdout).not.toContain('thirty-two');
  });

  it('fails with one line that names every bad setting', async () => {
    const { code, stdout, stderr } = await runToEnd(fixture.file, {
      PORT: 'x',
      HOST: '0.0.0.0',
      CHANNEL_IDLE_TIMEOUT: '5',
    });

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^Cannot start: PORT must be .*; CHANNEL_IDLE_TIMEOUT must be .*; HOST=0\.0\.0\.0 .*ACCESS=open.*\n$/,
    );
  });

  it('fails with one line when the port is taken', async () => {
    const port = await freePort();
    const taker = createServer().listen(port, '127.0.0.1');
    await once(taker, 'listening');

    const { code, stderr } = await runToEnd(fixture.file, { PORT: String(port), LOG_LEVEL: 'silent' });
    taker.close();

    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Cannot start: 127\\.0\\.0\\.1:${port} is in use by another process.*\n$`));
  });

  it('fails with one line when the address is not of this machine', async () => {
    const { code, stderr } = await runToEnd(fixture.file, {
      PORT: '0',
      HOST: '192.0.2.1',
      ACCESS: 'open',
      LOG_LEVEL: 'silent',
    });

    expect([code, stderr]).toEqual([
      1,
      'Cannot start: HOST=192.0.2.1 is not an address of this machine: set HOST to one\n',
    ]);
  });
});

describe('a stop', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    'by %s ends idle connections and the process',
    async (signal) => {
      await using service = await start();
      const agent = new Agent({ keepAlive: true });
      await ask(`${service.url}/healthz`, { agent });

      service.signal(signal);

      expect(await service.exited).toEqual({ code: 0, signal: null });
      agent.destroy();
    },
  );

  it('by Ctrl-C under npm, which sends it once more, is one stop', async () => {
    await using service = await start({ DRAIN_TIMEOUT: '200ms' });
    const [connection] = await Promise.all([
      openConnection(service.url, '/stream'),
      openConnection(service.url, '/stuck'),
    ]);

    service.signal('SIGINT');
    await connection.closed;
    service.signal('SIGINT');

    expect(await service.exited).toEqual({ code: 0, signal: null });
  });

  it('that takes too long for its operator ends at once on a later signal', async () => {
    await using service = await start({ DRAIN_TIMEOUT: '5m' });
    const connection = await openConnection(service.url, '/stuck');

    const impatience = setInterval(() => service.signal('SIGTERM'), 50);
    const status = await service.exited;
    clearInterval(impatience);
    await connection.closed;

    expect(status).toEqual({ code: 1, signal: null });
    expect(service.output()).toContain('second SIGTERM, exiting');
  });

  it('closes its connections as their transport does', async () => {
    await using service = await start();
    const connection = await openConnection(service.url, '/stream');
    await post(`${service.url}/news`, '{"channel":"a","data":1}');

    service.signal('SIGTERM');
    await connection.closed;

    expect(connection.text().split('\n\r\n')[1]).toBe('open\n1\ngoing_away\n');
    expect(await service.exited).toEqual({ code: 0, signal: null });
  });

  it('answers the requests in progress, and has their connections closed', async () => {
    await using service = await start();
    const agent = new Agent({ keepAlive: true });
    const answer = ask(`${service.url}/slow`, { agent });
    await service.waitForOutput(/slow request waits/);

    service.signal('SIGTERM');
    const { status, text, headers } = await answer;

    expect([status, text]).toEqual([200, '{"draining":true}']);
    expect(headers.connection).toBe('close');
    expect(await service.exited).toEqual({ code: 0, signal: null });
    agent.destroy();
  });

  it('cuts what has not ended in DRAIN_TIMEOUT', async () => {
    await using service = await start({ DRAIN_TIMEOUT: '200ms' });
    const connection = await openConnection(service.url, '/stuck');
    const began = performance.now();

    service.signal('SIGTERM');
    await connection.closed;

    expect(performance.now() - began).toBeGreaterThan(190);
    expect(await service.exited).toEqual({ code: 0, signal: null });
  });

  it('cuts a connection whose client does not read', async () => {
    await using service = await start({ DRAIN_TIMEOUT: '200ms', HISTORY_SIZE: '1' });
    const connection = await openConnection(service.url, '/stream');
    connection.socket.pause();
    const body = JSON.stringify({ channel: 'a', data: 'x'.repeat(60_000) });
    for (let sent = 0; sent < 200; sent++) await post(`${service.url}/news`, body);

    service.signal('SIGTERM');

    expect(await service.exited).toEqual({ code: 0, signal: null });
    connection.socket.destroy();
  });

  it('follows an error nobody caught, which is logged, with exit code 1', async () => {
    await using service = await start();
    const connection = await openConnection(service.url, '/stream');

    await ask(`${service.url}/thrown`);
    await connection.closed;

    expect(connection.text()).toMatch(/going_away\n$/);
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(logOf(service)).toContainEqual(
      expect.objectContaining({ level: 60, err: expect.objectContaining({ message: 'thrown outside' }) as unknown }),
    );
  });
});

describe('the log', () => {
  const SECRET = 'hunter2';

  it('holds no query string, whatever happens to a request', async () => {
    await using service = await start({ LOG_LEVEL: 'trace' });
    const askWithToken = (path: string, options = {}): ReturnType<typeof ask> =>
      ask(`${service.url}${path}?token=${SECRET}`, options);

    await askWithToken('/healthz', {
      headers: { authorization: `Bearer ${SECRET}`, cookie: `tetracast_token=${SECRET}` },
    });
    await askWithToken('/nowhere');
    await askWithToken('/healthz', { method: 'DELETE' });
    await askWithToken('/%E0%A4%A');
    await askWithToken('/broken');
    await askWithToken('/refused');
    await askWithToken('/healthz', { headers: { origin: `https://${SECRET}.example` } });
    await askWithToken('/news', {
      method: 'POST',
      body: `{"${SECRET}`,
      headers: { 'content-type': 'application/json' },
    });
    await askWithToken('/news', { method: 'POST', body: SECRET, headers: { 'content-type': `text/${SECRET}` } });
    const connection = await openConnection(service.url, `/stream?token=${SECRET}`);
    connection.socket.resetAndDestroy();
    const bad = connect({ host: '127.0.0.1', port: service.port });
    bad.resume().write(`GET /?token=${SECRET} HTTP/9.9\r\n\r\n`);
    await new Promise((resolve) => bad.on('error', () => undefined).once('close', resolve));
    await service.stop();

    const paths = logOf(service).flatMap(({ req }) => (req === undefined ? [] : (req as { path: string }).path));
    expect(paths).toEqual(expect.arrayContaining(['/healthz', '/nowhere', '/broken', '/refused', '/news']));
    expect(service.output()).not.toMatch(SECRET);
  });

  it('has a line per request at debug, and none at info', async () => {
    await using service = await start({ LOG_LEVEL: 'debug' });
    await using quiet = await start({ LOG_LEVEL: 'info' });

    await ask(`${service.url}/nowhere?a=b`);
    await ask(`${quiet.url}/nowhere?a=b`);
    await service.stop();
    await quiet.stop();

    expect(logOf(service)).toContainEqual(
      expect.objectContaining({
        level: 20,
        req: { method: 'GET', path: '/nowhere', remoteAddress: '127.0.0.1' },
        res: { statusCode: 404 },
        responseTime: expect.any(Number) as number,
      }),
    );
    expect(logOf(quiet).filter(({ req }) => req !== undefined)).toEqual([]);
  });

  it('has the error that the client did not get', async () => {
    await using service = await start();

    await ask(`${service.url}/broken`);
    await service.stop();

    expect(logOf(service)).toContainEqual(
      expect.objectContaining({ level: 50, err: expect.objectContaining({ message: 'broken inside' }) as unknown }),
    );
  });
});
