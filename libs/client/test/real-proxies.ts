import { freePort, startHaproxy, startNginx, startSquid } from '@tetracast/testing';

export interface RealProxies extends AsyncDisposable {
  /** Ways to the server, by what is wrong with them. */
  readonly ways: Readonly<Record<string, string>>;
}

const NGINX = `
pid \${PID_FILE};
error_log \${ERROR_LOG};
worker_processes 1;
events { worker_connections 512; }
http {
  access_log off;
  \${TEMP_PATHS}
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:\${PORT};
    location / {
      proxy_pass \${TARGET};
      proxy_buffering off;
      proxy_read_timeout \${IDLE}s;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $http_host;
    }
  }
  server {
    listen 127.0.0.1:\${BUFFERS};
    location / {
      proxy_pass \${TARGET};
      proxy_ignore_headers X-Accel-Buffering;
    }
  }
  server {
    listen 127.0.0.1:\${BROKEN};
    location / { return 502; }
  }
}
`;

/** A real nginx, HAProxy and Squid before `target`, each of which misbehaves. @param idleS after so long they cut what is silent */
export async function startRealProxies(target: string, idleS: number): Promise<RealProxies> {
  const { host, hostname, port } = new URL(target);
  const [buffers, broken, blocks] = [await freePort(), await freePort(), await freePort()];
  const env = { TARGET: target, IDLE: String(idleS), BUFFERS: String(buffers), BROKEN: String(broken) };
  const nginx = await startNginx({ conf: NGINX, env });
  const haproxy = await startHaproxy({
    conf: `
frontend idle
  bind 127.0.0.1:\${PORT}
  timeout client ${idleS}s
  default_backend services
frontend blocks
  bind 127.0.0.1:${blocks}
  http-request deny deny_status 403 if { req.hdr(upgrade) -i websocket }
  default_backend services
backend services
  timeout server ${idleS}s
  timeout tunnel ${idleS}s
  server one ${host}`,
  });
  const squid = await startSquid({
    conf: `
http_port 127.0.0.1:\${PORT} accel vhost
cache_peer ${hostname} parent ${port} 0 no-query originserver login=PASSTHRU
never_direct allow all
http_access allow all
cache deny all`,
  });
  return {
    ways: {
      direct: target,
      'nginx that cuts what is idle': nginx.url,
      'nginx that buffers and blocks upgrades': `http://127.0.0.1:${buffers}`,
      'nginx that answers 502': `http://127.0.0.1:${broken}`,
      'HAProxy that cuts what is idle': haproxy.url,
      'HAProxy that blocks upgrades': `http://127.0.0.1:${blocks}`,
      'Squid that blocks upgrades': squid.url,
    },
    [Symbol.asyncDispose]: async () => {
      for (const proxy of [nginx, haproxy, squid]) await proxy[Symbol.asyncDispose]();
    },
  };
}
