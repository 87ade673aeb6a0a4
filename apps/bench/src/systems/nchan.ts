import { startNginx } from '@tetracast/testing';
import { existsSync } from 'node:fs';
import { childrenOf, type LoadOptions, pin } from '../load';
import type { System, Transport } from '../system';

const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';

const CONF = `
load_module ${MODULE};
worker_processes 1;
worker_rlimit_nofile 20000;
events { worker_connections 15000; multi_accept on; }
http {
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 1h;
  nchan_shared_memory_size 512m;
  nchan_message_buffer_length 1000;
  nchan_message_timeout 10m;
  server {
    listen 127.0.0.1:\${PORT} backlog=4096;
    location = /publish {
      nchan_publisher http;
      nchan_channel_id $arg_id;
    }
    location = /subscribe {
      nchan_subscriber websocket eventsource longpoll;
      nchan_channel_id $arg_id;
      nchan_subscriber_first_message newest;
    }
    location = /resume {
      nchan_subscriber websocket eventsource;
      nchan_channel_id $arg_id;
      nchan_subscriber_first_message oldest;
    }
  }
}
`;

const PUBLISHER: LoadOptions = { pub: 'http', pubpath: '/publish?id={channel}', body: '{data}' };
const KINDS: Readonly<Partial<Record<Transport, LoadOptions>>> = {
  WebSocket: { sub: 'ws' },
  SSE: { sub: 'stream' },
  'long-poll': { sub: 'longpoll' },
};

/** nginx with the Nchan module, one worker. */
export function nchan(transport: Transport): System {
  return {
    name: 'Nchan',
    transport,
    missing: existsSync(MODULE) ? undefined : 'sudo apt-get install -y nginx libnginx-mod-nchan',
    start: async () => {
      const nginx = await startNginx({ conf: CONF });
      const workers = childrenOf(nginx.pid);
      await Promise.all(workers.map((pid) => pin(pid)));
      const { port } = nginx;
      return {
        pids: workers,
        load: { ...PUBLISHER, ...KINDS[transport], path: '/subscribe?id={channel}', port },
        store: async (messages) => {
          for (const body of messages) await fetch(`${nginx.url}/publish?id=bench`, { method: 'POST', body });
          return { path: '/resume?id={channel}' };
        },
        [Symbol.asyncDispose]: () => nginx.close(),
      };
    },
  };
}
