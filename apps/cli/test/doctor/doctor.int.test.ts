import { nodeRuntime } from '@tetracast/node-io/runtime';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cli } from '../run-cli';
import { examine, mintToken, startServer } from './examine';

let server: TestService;
let token: string;
beforeAll(async () => {
  [server, token] = await Promise.all([startServer(), mintToken()]);
});
afterAll(() => server.close());

const urlOf = (listening: Server): string => `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A proxy in HTTP/1.1 that collects each answer until it is complete, or answers event streams itself. */
async function startCollector(answer?: Answer): Promise<AsyncDisposable & { readonly url: string }> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (answer !== undefined && url?.startsWith('/sse') === true) {
      outgoing.writeHead(answer.status, { 'content-type': 'application/problem+json' }).end(answer.body);
      return;
    }
    const options = { method, headers: { ...headers, connection: 'close' } };
    const passed = request(server.url + (url ?? ''), options, (passing) => {
      const chunks: Buffer[] = [];
      passing.on('data', (chunk: Buffer) => chunks.push(chunk));
      passing.on('end', () => outgoing.writeHead(passing.statusCode ?? 0, passing.headers).end(Buffer.concat(chunks)));
    });
    outgoing.once('close', () => passed.destroy());
    passed.on('error', () => undefined);
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: urlOf(proxy),
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

describe('doctor', () => {
  it('finds nothing wrong without a proxy, with a token and without', async () => {
    await using open = await startService(plugins);
    const report = await examine(server.url, token);
    const { code, out } = await cli(['doctor', open.url, '--idle', '0', '--patience', '60']);

    expect(report).toMatchObject({ code: 0, problems: [], remedies: [] });
    expect({ code, failed: out.match(/^FAILED.*/gm) }).toEqual({ code: 0, failed: null });
    expect(out).toContain('-      cookies pass: there is no token to send');
  });

  it('names a proxy that collects what it passes on, and prints the lines for every proxy if it does not know which', async () => {
    await using proxy = await startCollector();
    const args = ['doctor', proxy.url, '--token', token, '--idle', '0', '--patience', '5'];
    const { code, out, err } = await cli(args);

    expect(code).toBe(1);
    expect(out).toContain('FAILED event streams pass at once: no head of an answer comes of /sse\n');
    expect(out).toContain('Between here and the server: nothing that names itself; --proxy says what it is.\n');
    expect(out).toContain('buffering: A proxy collects the event stream');
    expect(out).toContain('  nginx, in the location of the server, add\n    proxy_buffering off;\n');
    expect(out).toContain('  lighttpd, in lighttpd.conf, add\n    server.stream-response-body = 2\n');
    expect(err).toMatch(/^tetracast: found \d problems\n$/);
  });

  it('says that nothing is there, or something else', async () => {
    const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const [nothing, wrong] = [await examine('http://127.0.0.1:9', token), await examine(urlOf(other), token)];
    other.close();

    expect(nothing.problems).toEqual(['unreachable']);
    expect(wrong.problems).toEqual(['not-tetracast']);
  });

  it('does not blame the token for a server that cannot serve event streams', async () => {
    const body = JSON.stringify({ type: 'urn:tetracast:overloaded', code: 'overloaded', detail: 'too many' });
    await using proxy = await startCollector({ status: 503, body });
    const { findings } = await examine(proxy.url, token, { patience: 5 });

    expect(findings.filter(({ detail }) => detail === 'overloaded: too many').map(({ problem }) => problem)).toEqual(
      expect.arrayContaining(['unavailable']) as string[],
    );
    expect(findings.map(({ problem }) => problem)).not.toContain('token');
  });

  it('names a clock that is wrong', async () => {
    const runtime = { ...nodeRuntime, now: () => Date.now() + 3_600_000 };
    await using late = await startService(plugins, {}, { runtime });
    const { findings } = await examine(late.url, token);

    expect(findings).toContainEqual({
      check: 'the clocks agree',
      problem: 'clock',
      detail: expect.stringMatching(/^the server's clock is 3[56]\d\d s ahead$/) as string,
    });
  });

  it.each([
    ['is none', () => Promise.resolve('no-token'), 'it is not a JWT'],
    ['has expired', () => mintToken({ ageS: 7200 }), 'it expired 3'],
    [
      'was signed by somebody else',
      () => mintToken({ secret: 'another secret of thirty-two bytes' }),
      'unauthorized: ',
    ],
    ['is for other channels', () => mintToken({ subscribe: 'chat:*' }), 'forbidden: '],
  ])('says why a token that %s is refused', async (_what, mint, text) => {
    const { problems, findings, remedies } = await examine(server.url, await mint());

    expect(new Set(problems)).toEqual(new Set(['token']));
    expect(remedies.map(({ what }) => what)).toEqual([expect.stringMatching(/--token, .*--channel/) as string]);
    expect(findings.filter(({ detail }) => detail.startsWith(text))).toHaveLength(1);
  });

  it('names an origin that the server does not know', async () => {
    const { problems, findings } = await examine(server.url, token, { more: ['--origin', 'https://app.example'] });

    expect(new Set(problems)).toEqual(new Set(['allowed-origin']));
    expect(findings.find(({ problem }) => problem !== undefined)?.check).toBe(
      'pages of https://app.example may use it',
    );
  });

  it('refuses what is no URL', async () => {
    const { code, err } = await cli(['doctor', 'push.example']);

    expect(code).toBe(1);
    expect(err).toContain('not a URL: push.example');
  });
});
