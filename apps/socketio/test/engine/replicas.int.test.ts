import { type NginxServer, type RedisServer, startNginx, startRedis } from '@tetracast/testing';
import { io, type Socket } from 'socket.io-client';
import { ownAddress } from '../../src/engine/node-directory';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from '../start-service';

let redis: RedisServer;
let replicas: TestService[];
let balancer: NginxServer;

/** Plain round robin: every request of a client may come to another replica. */
function conf(port: number, urls: readonly string[]): string {
  const servers = urls.map((url) => `server ${new URL(url).host} max_fails=0;`).join(' ');
  return `
    worker_processes 1;
    events { worker_connections 256; }
    http {
      access_log off;
      upstream replicas { ${servers} }
      map $http_upgrade $connection_to { default ''; websocket upgrade; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://replicas;
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_to;
        }
      }
    }`;
}

beforeAll(async () => {
  redis = await startRedis({ appendOnly: true });
  replicas = await Promise.all([1, 2, 3].map(() => startService({ BUS_URL: redis.url })));
  balancer = await startNginx({
    conf: ({ port }) =>
      conf(
        port,
        replicas.map(({ url }) => url),
      ),
  });
});

afterAll(async () => {
  await balancer.close();
  for (const replica of replicas) await replica[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

function collect(socket: Socket, count: number): Promise<unknown[]> {
  const got: unknown[] = [];
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      got.push(data);
      if (got.length === count) resolve(got);
    });
  });
}

async function publish(from: number, to: number, channel: string): Promise<void> {
  for (let n = from; n <= to; n++) {
    const { hub } = (replicas[n % replicas.length] as TestService).app.tetracast;
    await hub.publish({ channel, event: 'message', data: String(n), echo: true });
  }
}

function ready(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('tetracast:ready', () => {
      resolve();
    });
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('several replicas behind plain round robin', () => {
  it.each([
    ['the default client, polling and then an upgrade', undefined],
    ['long-polling only', ['polling']],
    ['WebSocket only', ['websocket']],
  ])('%s: just works', async (name, transports) => {
    const channel = `replicas-${name.length}`;
    const auth = { channels: [channel] };
    const socket = io(balancer.url, { auth, forceNew: true, ...(transports && { transports }) });
    const all = collect(socket, 60);
    await ready(socket);
    await publish(1, 30, channel);
    if (transports === undefined && socket.io.engine.transport.name === 'polling') {
      await new Promise((resolve) => socket.io.engine.once('upgrade', resolve));
    }
    await publish(31, 60, channel);
    expect(await all).toEqual(range(1, 60));
    expect(await socket.emitWithAck('publish', { channel, data: 'mine' })).toMatchObject({ ok: true });
    expect(socket.io.engine.transport.name).toBe(transports?.[0] ?? 'websocket');
    socket.disconnect();
  });

  it('is recovered, with all it missed, when the process that kept its session is gone', async () => {
    const doomed = await startService({ BUS_URL: redis.url });
    const others = replicas.map(({ url }) => url);
    await balancer.reload(({ port }) => conf(port, [doomed.url]));
    const socket = io(balancer.url, { auth: { channels: ['doomed'] }, forceNew: true, transports: ['polling'] });
    const all = collect(socket, 6);
    await ready(socket);
    await publish(1, 3, 'doomed');
    await balancer.reload(({ port }) => conf(port, others));
    const again = new Promise((resolve) => socket.io.once('reconnect', resolve));
    await Promise.all([doomed.app.close(), publish(4, 6, 'doomed')]);
    await again;
    expect(await all).toEqual(range(1, 6));
    expect(socket.recovered).toBe(true);
    socket.disconnect();
  });

  it('answers a session that nobody keeps as Engine.IO does', async () => {
    for (const sid of ['000000000000.nobody', 'nobody']) {
      const answer = await fetch(`${balancer.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 1 });
    }
  });
});

describe('ownAddress', () => {
  it('is where others reach it', () => {
    expect(ownAddress('127.0.0.1', 3602)).toBe('http://127.0.0.1:3602');
    expect(ownAddress('::1', 3602)).toBe('http://[::1]:3602');
    expect(ownAddress('0.0.0.0', 3602)).toMatch(/^http:\/\/(?!0\.0\.0\.0)[\d.]+:3602$/);
  });
});
