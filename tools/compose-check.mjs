/**
 * Checks what `docker compose up` has started (see compose-check.sh): `ok …` or `not ok …` a line, `N passed, M failed` last.
 * `node tools/compose-check.mjs 1` adds one check that passed before.
 */
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { checkClosedApi } from './compose-api.mjs';
import { checkCommand } from './compose-command.mjs';
import { checkTokens } from './compose-tokens.mjs';
import { cursorOf, getJson, hearEcho, PUBLISHERS, SUBSCRIBERS, until } from './compose-clients.mjs';
import { services } from './services.mjs';

const GATEWAY = 'http://localhost:8080';
const urlsOf = (urlOf) => Object.fromEntries(services.map((service) => [service.name, urlOf(service)]));
const SETS = {
  'own ports': urlsOf(({ defaultPort }) => `http://localhost:${defaultPort}`),
  gateway: urlsOf(() => GATEWAY),
};
const SECRET = 'token-that-no-log-may-hold';
const LIMIT_MS = 120_000;

const run = promisify(execFile);
const docker = async (...args) => (await run('docker', args, { timeout: LIMIT_MS, maxBuffer: 1 << 26 })).stdout.trim();
const compose = (...args) => docker('compose', ...args);
const containersOf = async (service) => (await compose('ps', '-q', service)).split('\n').filter(Boolean);

let passed = Number(process.argv[2] ?? 0);
let failed = 0;
async function check(name, body) {
  const over = new AbortController();
  const late = delay(LIMIT_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not done after ${LIMIT_MS} ms`);
  });
  try {
    await Promise.race([body(), late]);
    passed++;
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.stderr || error.message}`);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}

function expect(truth, message) {
  if (!truth) throw new Error(typeof message === 'string' ? message : JSON.stringify(message));
}

let channels = 0;
const newChannel = () => `check-${process.pid}-${++channels}`;

/** Everything that every publisher publishes reaches every subscriber, once, in order. */
async function checkDelivery(what, urls) {
  const channel = newChannel();
  const connections = {};
  try {
    const after = await cursorOf(urls, channel);
    for (const [name, subscribe] of Object.entries(SUBSCRIBERS)) {
      await check(
        `${what}: ${name} subscribes`,
        async () => (connections[name] = await subscribe(urls, channel, after)),
      );
    }
    for (const [name, publish] of Object.entries(PUBLISHERS)) {
      await check(`${what}: ${name} publishes`, () => publish(urls, channel, { from: name }));
    }
    const wanted = JSON.stringify(Object.keys(PUBLISHERS).map((from) => ({ from })));
    for (const [name, { received }] of Object.entries(connections)) {
      const arrived = () => JSON.stringify(received);
      await check(`${what}: ${name} receives`, () => until(() => arrived() === wanted, arrived));
    }
  } finally {
    for (const connection of Object.values(connections)) connection.close();
  }
}

async function checkPage(what, { web, socketio }) {
  await check(`${what}: the lab page is served with its files`, async () => {
    const response = await fetch(`${web}/`);
    expect(response.ok && response.headers.get('content-type')?.startsWith('text/html'), response.status);
    const html = await response.text();
    const files = [...html.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, path]) => new URL(path, `${web}/`).href);
    expect(files.length > 0, 'no files');
    for (const url of [...files, `${socketio}/socket.io/socket.io.js`]) {
      const { status } = await fetch(url);
      expect(status === 200, `${url}: ${status}`);
    }
  });
}

async function checkDocs(what, { web }) {
  await check(`${what}: the documentation is served`, async () => {
    const response = await fetch(`${web}/docs/`);
    const html = await response.text();
    expect(response.status === 200, response.status);
    expect(html.includes('<title>Tetracast</title>'), 'it has another title');
  });
}

async function checkOrigins() {
  const ask = (origin) => fetch('http://localhost:3604/polling?channel=origins', { headers: { origin } });
  await check('own ports: the lab page on 3606 and 8080 may use the services, other pages may not', async () => {
    for (const origin of ['http://localhost:3606', 'http://127.0.0.1:3606', 'http://127.0.0.1:8080']) {
      const { status, headers } = await ask(origin);
      expect(status === 200 && headers.get('access-control-allow-origin') === origin, `${origin}: ${status}`);
    }
    const { status } = await ask('http://evil.example');
    expect(status === 403, `another origin: ${status}`);
  });
  await check('gateway: a page of the gateway is at home', async () => {
    await getJson(`${GATEWAY}/polling?channel=origins`, { headers: { origin: GATEWAY } });
  });
}

async function checkGateway() {
  await check('gateway: what is for operators is not exposed', async () => {
    for (const path of ['/metrics', '/readyz']) {
      const { status } = await fetch(GATEWAY + path);
      expect(status === 404, `${path}: ${status}`);
    }
    for (const url of Object.values(SETS['own ports'])) await getJson(`${url}/readyz`);
  });
  await check(
    'gateway: a service that is unreachable is reported as each client needs it, and its token is in no log',
    async () => {
      await compose('stop', 'sse');
      try {
        const url = `${GATEWAY}/sse?channel=a&token=${SECRET}`;
        const [get, post] = [await fetch(url), await fetch(url, { method: 'POST' })];
        expect(get.status === 200 && get.headers.get('content-type') === 'text/event-stream', get.status);
        expect(/^retry: \d+\n\n$/.test(await get.text()), 'no retry');
        expect(post.status === 503 && (await post.json()).code === 'unavailable', post.status);
      } finally {
        await compose('start', 'sse');
      }
      await until(
        async () => (await fetch(`${GATEWAY}/sse`, { method: 'POST' })).status < 500,
        () => 'sse is not back',
      );
      for (const service of ['gateway', 'ports', 'sse', 'polling']) {
        expect(!(await compose('logs', service)).includes(SECRET), `the token is in the log of ${service}`);
      }
    },
  );
}

async function checkContainers() {
  const ids = (await compose('ps', '-q')).split('\n');
  for (const container of JSON.parse(await docker('inspect', ...ids))) {
    const { Config, HostConfig, NetworkSettings, Id, State } = container;
    const name = container.Name.slice(1);
    await check(`${name}: healthy, without root, rights, a shell or a writable disk, on loopback only`, async () => {
      expect(State.Health?.Status === 'healthy', State.Health?.Status);
      expect(!['', '0', 'root'].includes(Config.User.split(':')[0]), `user ${Config.User}`);
      const words = [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? []), ...Config.Healthcheck.Test];
      const shells = words.filter((word) => /(^|\/)(ba|da|a)?sh$|\.sh$|^CMD-SHELL$/.test(word));
      expect(shells.length === 0, `run by ${shells}`);
      expect((await docker('exec', Id, 'id', '-u')) !== '0', 'uid 0');
      expect(HostConfig.ReadonlyRootfs && HostConfig.CapDrop?.includes('ALL'), HostConfig.CapDrop);
      expect(
        HostConfig.SecurityOpt?.some((option) => option.startsWith('no-new-privileges')),
        HostConfig.SecurityOpt,
      );
      expect(HostConfig.Memory > 0 && HostConfig.PidsLimit > 0, 'no limits');
      const wrote = await docker('exec', Id, 'sh', '-c', 'touch /probe || touch ./probe').catch(() => undefined);
      expect(wrote === undefined || Config.Image.startsWith('redis'), 'its disk is writable');
      const hosts = Object.values(NetworkSettings.Ports).flatMap((bound) => (bound ?? []).map(({ HostIp }) => HostIp));
      expect(
        hosts.every((host) => host === '127.0.0.1'),
        hosts,
      );
    });
  }
}

async function checkRedis() {
  await check('redis: a full log refuses, and what was acknowledged outlives a restart', async () => {
    const policy = await compose('exec', '-T', 'redis', 'redis-cli', 'config', 'get', 'maxmemory-policy');
    expect(policy.includes('noeviction'), policy);
    const channel = newChannel();
    await PUBLISHERS.polling(SETS.gateway, channel, 'kept');
    await compose('restart', 'redis');
    const kept = async () =>
      JSON.stringify(await getJson(`${GATEWAY}/polling?channel=${channel}&after=earliest`).catch(() => ''));
    await until(
      async () => (await kept()).includes('"kept"'),
      () => 'the message is gone',
    );
  });
}

const connectionsOf = async (id) => {
  const read = 'fetch(`http://127.0.0.1:${process.env.PORT}/metrics`).then((r) => r.text()).then(console.log)';
  return Number(/^tetracast_connections (\d+)/m.exec(await docker('exec', id, 'node', '-e', read))?.[1]);
};

const REPLICATED = ['sse', 'websocket', 'socketio'];

async function checkReplicas() {
  await check('two replicas of sse, websocket and socketio start', async () => {
    const scales = REPLICATED.flatMap((name) => ['--scale', `${name}=2`]);
    await compose(...['up', '-d', '--wait', '--no-build', '--no-recreate', ...scales]);
    for (const service of REPLICATED) {
      const found = await containersOf(service);
      expect(found.length === 2, `${found.length} of ${service}`);
    }
    await delay(2500); // the gateway asks for addresses again after 2 s
  });
  for (const [what, urls] of Object.entries(SETS)) await checkDelivery(`${what}, replicas`, urls);

  for (const transport of REPLICATED) {
    await check(`gateway, replicas: both of ${transport} carry connections, and all of them receive`, async () => {
      const channel = newChannel();
      const after = await cursorOf(SETS.gateway, channel);
      const connections = [];
      try {
        for (let n = 0; n < 16; n++) connections.push(await SUBSCRIBERS[transport](SETS.gateway, channel, after));
        for (const id of await containersOf(transport)) expect((await connectionsOf(id)) > 0, `${id} has none`);
        await PUBLISHERS.polling(SETS.gateway, channel, 'all');
        await until(
          () => connections.every(({ received }) => received.join() === 'all'),
          () => JSON.stringify(connections),
        );
      } finally {
        for (const connection of connections) connection.close();
      }
    });
  }

  await check('gateway, replicas: streams of a killed replica go on at the other one, without a gap', async () => {
    const channel = newChannel();
    const after = await cursorOf(SETS.gateway, channel);
    const connections = [];
    try {
      for (let n = 0; n < 8; n++) connections.push(await SUBSCRIBERS.sse(SETS.gateway, channel, after));
      const all = (wanted) =>
        until(
          () => connections.every(({ received }) => received.join() === wanted),
          () => JSON.stringify(connections),
        );
      await PUBLISHERS.polling(SETS.gateway, channel, 'before');
      await all('before');
      await docker('kill', (await containersOf('sse'))[0]);
      await PUBLISHERS.polling(SETS.gateway, channel, 'after');
      await all('before,after');
    } finally {
      for (const connection of connections) connection.close();
    }
  });
}

for (const [what, urls] of Object.entries(SETS)) {
  await checkDelivery(what, urls);
  await checkPage(what, urls);
  await check(`${what}: the chat demo has members`, () => getJson(`${urls.socketio}/presence?channel=chat:lobby`));
  await checkDocs(what, urls);
}
await checkCommand(check, expect, compose, newChannel());
await check('own ports: a plain WebSocket at / of 3601 gets what it sends', () => hearEcho('ws://localhost:3601'));
await checkOrigins();
await checkContainers();
await checkGateway();
await checkRedis();
await checkReplicas();
await checkClosedApi(check, expect, GATEWAY);
await checkTokens(check, expect, compose, GATEWAY);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
