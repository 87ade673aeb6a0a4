import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type GatewayTemplate, renderGatewayConfig } from '../src/render';

const POLL_WAIT_MAX_S = 55;
const HEARTBEAT_S = 15;

const location = (conf: string, path: string): string =>
  conf.slice(conf.indexOf(`location ~ ^${path}/?$ {`)).split('}', 1)[0] ?? '';

const readTimeoutS = (conf: string, path: string): number =>
  Number(/proxy_read_timeout (\d+)s;/.exec(location(conf, path))?.[1]);

describe('renderGatewayConfig', () => {
  it.each<GatewayTemplate>(['gateway', 'ports'])(
    '%s: every setting has a default, and leaves nothing open',
    (template) => {
      expect(renderGatewayConfig({}, template)).not.toMatch(/\$\{/);
    },
  );

  it('takes values from its argument, never from the process', () => {
    process.env['UPSTREAM_SSE'] = 'elsewhere:1';
    try {
      expect(renderGatewayConfig({})).toContain('set $upstream sse:3603;');
    } finally {
      delete process.env['UPSTREAM_SSE'];
    }
    expect(renderGatewayConfig({ UPSTREAM_SSE: '10.0.0.1:80' })).toContain('set $upstream 10.0.0.1:80;');
  });

  it('an empty value is the default, as compose passes what is not set', () => {
    expect(renderGatewayConfig({ LISTEN: '' })).toContain('listen 8080 default_server;');
  });

  it('takes an IPv6 address', () => {
    expect(renderGatewayConfig({ LISTEN: '[::1]:80' })).toContain('listen [::1]:80 default_server;');
  });

  it('has TLS only with a folder of certificates', () => {
    expect(renderGatewayConfig({})).not.toContain('ssl');
    expect(renderGatewayConfig({ TLS_FOLDER: 'off' })).not.toContain('ssl');
    expect(renderGatewayConfig({ TLS_FOLDER: '/tls' })).toMatch(
      /listen 8443 ssl http2 default_server;[^]*ssl_certificate \/tls\/\$tls_name\.crt;/,
    );
  });

  it.each(['80; return 200', '80 {', 'a$b', 'a|b', 'a&b', 'a\nb', 'a"b', "a'b", 'a\\b', '`id`', 'a#b'])(
    'refuses a value that could end a directive: %j',
    (value) => {
      expect(() => renderGatewayConfig({ LISTEN: value })).toThrow(/LISTEN: not a usable value/);
    },
  );

  it('every setting is used, and none besides', () => {
    const named = [...readSettings().matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name).sort();
    const used = ['gateway', 'ports', 'tls'].flatMap((template) => [
      ...readTemplate(template).matchAll(/\$\{([A-Z_]+)\}/g),
    ]);
    const usedNames = [...new Set(used.map(([, name]) => name))].filter((name) => name !== 'CONF_DIR').sort();
    expect(usedNames).toEqual(named);
  });
});

describe('docs/operations.md', () => {
  it('lists every setting with its default', () => {
    const document = readFileSync(resolve(__dirname, '../../../docs/operations.md'), 'utf8');
    const table = /<!-- gateway-settings -->\n+([^]*?)\n+<!-- \/gateway-settings -->/.exec(document)?.[1] ?? '';
    const rows = [...table.matchAll(/^\| `([A-Z_]+)` +\| `([^`]*)`/gm)].map(([, name, value]) => `${name}=${value}`);
    const settings = readSettings()
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
    expect(rows).toEqual(settings);
  });
});

describe('time limits of the gateway', () => {
  const conf = renderGatewayConfig({});

  it('are above the longest poll', () => {
    expect(readTimeoutS(conf, '/polling')).toBeGreaterThan(POLL_WAIT_MAX_S);
  });

  it('are some heartbeats of an event stream', () => {
    expect(readTimeoutS(conf, '/sse')).toBeGreaterThanOrEqual(2 * HEARTBEAT_S);
  });

  it('are long for WebSocket', () => {
    expect(location(conf, '/ws')).toContain('proxy_read_timeout 1h;');
  });
});

function readSettings(): string {
  return readFileSync(resolve(__dirname, '../settings.env'), 'utf8');
}

function readTemplate(name: string): string {
  return readFileSync(resolve(__dirname, `../conf/${name}.conf.template`), 'utf8');
}
