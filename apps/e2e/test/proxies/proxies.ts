import { accepts, becomeReady, spawnProcess, startApache, startHaproxy, startNginx } from '@tetracast/testing';
import { resolve } from 'node:path';

/** A proxy that users put before the gateway, as its own documentation sets it up and with the defaults it comes with. */
export interface Proxy {
  readonly name: string;
  /** Whether the service gets the `Host` that the page was loaded from. Otherwise ALLOWED_ORIGINS has to name the page's origin. */
  readonly passesHost: boolean;
  /** Listens on `port` of 127.0.0.1 and passes everything on to `upstream`, a host with its port. */
  start(port: number, upstream: string): Promise<AsyncDisposable>;
}

/**
 * Debian's nginx.conf, and a site with `proxy_pass`, so HTTP/1.0 and a buffer, and for WebSockets what
 * nginx.org/en/docs/http/websocket.html adds.
 */
const nginx: Proxy = {
  name: 'nginx',
  passesHost: false,
  start: (port, upstream) =>
    startNginx({
      port,
      env: { UPSTREAM: upstream },
      conf: `
        worker_processes auto;
        error_log \${ERROR_LOG};
        events { worker_connections 768; }
        http {
          sendfile on;
          tcp_nopush on;
          access_log \${ACCESS_LOG};
          gzip on;
          map $http_upgrade $connection_upgrade {
            default upgrade;
            '' close;
          }
          server {
            listen 127.0.0.1:\${PORT};
            location / {
              proxy_pass http://\${UPSTREAM};
            }
            location ~ ^/(ws|socket\\.io/) {
              proxy_pass http://\${UPSTREAM};
              proxy_http_version 1.1;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection $connection_upgrade;
            }
          }
        }`,
    }),
};

/** Both ways in which Apache passes WebSockets on; it compresses whatever it may. */
const apache: Proxy = {
  name: 'Apache',
  passesHost: true,
  start: (port, upstream) =>
    startApache({
      port,
      modules: ['proxy', 'proxy_http', 'proxy_wstunnel'],
      site: `
        AddOutputFilterByType DEFLATE application/json text/event-stream
        ProxyPreserveHost On
        ProxyPass /ws ws://${upstream}/ws
        ProxyPass / http://${upstream}/ upgrade=websocket`,
    }),
};

/** As Debian's haproxy.cfg and the simplest frontend have it: 50 s of silence end a request. */
const haproxy: Proxy = {
  name: 'HAProxy',
  passesHost: true,
  start: (port, upstream) =>
    startHaproxy({
      port,
      conf: `
        frontend site
          bind 127.0.0.1:\${PORT}
          default_backend tetracast
        backend tetracast
          server gateway ${upstream}`,
    }),
};

/** Express with `compression()` and `http-proxy-middleware`, which a page of create-react-app or webpack is served by. */
const devServer: Proxy = {
  name: 'a compressing dev server',
  passesHost: false,
  start: async (port, upstream) => {
    const proxy = await spawnProcess({
      command: process.execPath,
      args: [resolve(__dirname, 'dev-proxy.mjs'), String(port), `http://${upstream}`],
    });
    await becomeReady(proxy, accepts(port));
    return {
      [Symbol.asyncDispose]: async () => {
        await proxy.kill();
      },
    };
  },
};

export const PROXIES: readonly Proxy[] = [nginx, apache, haproxy, devServer];
