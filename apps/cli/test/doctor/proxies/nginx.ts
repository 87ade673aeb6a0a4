import { startNginx } from '@tetracast/testing';
import type { ProxyUnderTest } from './proxy-under-test';

const LOCATION = 'the location of the server';
const UPGRADE = ['proxy_http_version', 'proxy_set_header Upgrade', 'proxy_set_header Connection'];

export const nginx: ProxyUnderTest = {
  name: 'nginx',
  conf: `
error_log \${ERROR_LOG};
events {}
http {
  access_log off;
  \${TEMP_PATHS}
  proxy_cache_path \${TEMP_DIR}/cache keys_zone=answers:1m;
  # http
  server {
    listen 127.0.0.1:\${PORT};
    location / {
      proxy_pass http://BACKEND_HOST:BACKEND_PORT;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
      # ${LOCATION}
    }
  }
}`,
  faults: {
    upgrade: [{ in: LOCATION, remove: ['proxy_set_header Upgrade'] }],
    idle: [{ in: LOCATION, add: ['proxy_read_timeout 2s;'] }],
    host: [{ in: LOCATION, remove: ['proxy_set_header Host'] }],
    cors: [{ in: LOCATION, add: ['proxy_hide_header Access-Control-Allow-Origin;'] }],
    authorization: [{ in: LOCATION, add: ['proxy_set_header Authorization "";'] }],
    'body-limit': [{ in: LOCATION, add: ['client_max_body_size 10k;'] }],
    // Only in HTTP/1.0, its default, does it wait for full buffers.
    buffering: [
      {
        in: LOCATION,
        remove: ['proxy_http_version'],
        add: ['proxy_ignore_headers X-Accel-Buffering;', 'proxy_buffering on;'],
      },
    ],
    compression: [
      { in: 'http', add: ['gzip on;', 'gzip_types text/event-stream;', 'gzip_proxied any;', 'gzip_min_length 0;'] },
    ],
    http10: [
      {
        in: LOCATION,
        remove: UPGRADE,
        add: [
          'proxy_set_header Upgrade $http_upgrade;',
          'proxy_set_header Connection $http_connection;',
          'proxy_http_version 1.0;',
        ],
      },
    ],
    cookie: [{ in: LOCATION, add: ['proxy_set_header Cookie "";'] }],
    origin: [{ in: LOCATION, add: ['proxy_set_header Origin "";'] }],
    resume: [{ in: LOCATION, add: ['proxy_set_header Last-Event-ID "";'] }],
    subprotocol: [{ in: LOCATION, add: ['proxy_set_header Sec-WebSocket-Protocol "";'] }],
    preflight: [{ in: LOCATION, add: ['if ($request_method = OPTIONS) { return 405; }'] }],
    cache: [
      {
        in: LOCATION,
        add: [
          'proxy_cache answers;',
          'proxy_ignore_headers Cache-Control Expires;',
          'proxy_cache_valid 200 1m;',
          'proxy_cache_key $request_uri;',
        ],
      },
    ],
  },
  start: (conf) => startNginx({ conf }),
};
