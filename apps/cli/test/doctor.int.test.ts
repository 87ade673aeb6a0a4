import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { startNginx } from '@tetracast/testing';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cli } from './run-cli';

let server: TestService;
beforeAll(async () => {
  server = await startService(plugins);
});
afterAll(() => server.close());

const UPGRADE = `
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;`;
const HOST = 'proxy_set_header Host $http_host;';

/** An nginx before the server. */
const nginxWith = (location: string, http = ''): ReturnType<typeof startNginx> =>
  startNginx({
    conf: `
error_log \${ERROR_LOG};
events {}
http {
  access_log off;
  client_body_temp_path \${TEMP_DIR}/body;
  proxy_temp_path \${TEMP_DIR}/proxy;
  fastcgi_temp_path \${TEMP_DIR}/fastcgi;
  uwsgi_temp_path \${TEMP_DIR}/uwsgi;
  scgi_temp_path \${TEMP_DIR}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  ${http}
  server {
    listen 127.0.0.1:\${PORT};
    location / { proxy_pass ${server.url}; ${location} }
  }
}`,
  });

const FAULTS: readonly [string, string, string, string][] = [
  ['WebSocket headers that are dropped', HOST, '', 'upgrade'],
  ['a Host that is rewritten', UPGRADE, '', 'host'],
  ['a limit for bodies', UPGRADE + HOST, 'client_max_body_size 10k;', 'body-limit'],
  [
    'compression of event streams',
    `${UPGRADE + HOST} gzip on; gzip_types text/event-stream; gzip_proxied any; gzip_min_length 0;`,
    '',
    'compression',
  ],
];

describe('doctor', () => {
  it('finds nothing wrong where nothing is, directly and through a good proxy', async () => {
    await using nginx = await nginxWith(UPGRADE + HOST);
    for (const url of [server.url, nginx.url]) {
      const { code, out } = await cli(['doctor', url, '--idle', '0']);
      expect({ code, failed: out.match(/^FAILED.*/gm) }).toEqual({ code: 0, failed: null });
    }
  });

  it.each(FAULTS)('names %s, and what mends it', async (_what, location, http, problem) => {
    await using nginx = await nginxWith(location, http);
    const { code, out } = await cli(['doctor', nginx.url, '--idle', '0', '--json', '--patience', '3']);
    const { findings } = JSON.parse(out) as { findings: { problem?: string }[] };
    const found = findings.flatMap((finding) => finding.problem ?? []);

    expect(code).toBe(1);
    expect(found).toContain(problem);
  });

  it('names a proxy that collects what it passes on', async () => {
    const proxy = createServer((incoming, outgoing) => {
      const { method, url, headers } = incoming;
      const passed = request(
        server.url + (url ?? ''),
        { method, headers: { ...headers, connection: 'close' } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => outgoing.writeHead(answer.statusCode ?? 0, answer.headers).end(Buffer.concat(chunks)));
        },
      );
      outgoing.once('close', () => passed.destroy());
      passed.on('error', () => undefined);
      incoming.pipe(passed);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    try {
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const { out } = await cli(['doctor', url, '--idle', '0', '--patience', '1']);

      expect(out).toContain('FAILED event streams pass at once');
      expect(out).toContain('A proxy collects the event stream');
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('says where the lines belong', async () => {
    await using nginx = await nginxWith(HOST);
    const { out } = await cli(['doctor', nginx.url, '--idle', '0']);

    expect(out).toContain('  nginx:\n    proxy_http_version 1.1;\n    proxy_set_header Upgrade $http_upgrade;');
    expect(out).not.toContain('Apache:');
  });

  it('names a cut of silent connections', async () => {
    await using nginx = await nginxWith(`${UPGRADE + HOST} proxy_read_timeout 1s;`);
    const { out } = await cli(['doctor', nginx.url, '--idle', '10', '--json']);

    expect(out).toContain('"problem": "idle"');
  });

  it('says that nothing is there', async () => {
    const { code, out } = await cli(['doctor', 'http://127.0.0.1:9', '--idle', '0']);

    expect(code).toBe(1);
    expect(out).toContain('FAILED the server answers: no answer');
  });
});
