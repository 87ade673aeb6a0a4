import type { ServiceOptions } from '@tetracast/service-kit';
import { type RedisServer, startRedis } from '@tetracast/testing';
import type { FastifyPluginAsync } from 'fastify';
import { type IncomingMessage, request } from 'node:http';
import { socketioPlugin } from '../../src/socketio.plugin';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from '../start-service';

/** Loopback has more addresses than one: this is that of a proxy in front, which is trusted. */
const PROXY = '127.0.0.2';
const CLIENT = '203.0.113.9';
const PROXIED = { 'x-forwarded-for': CLIENT, 'x-forwarded-host': 'news.example', origin: 'https://news.example' };
/** On loopback it has to be said under which other name it is served; on this port there are no pages. */
const SETTINGS = { TRUST_PROXY: PROXY, ALLOWED_ORIGINS: 'https://news.example:1', HEARTBEAT_INTERVAL: '50ms' };
const STRANGE = { origin: 'https://elsewhere.example' };

let redis: RedisServer;
let owner: Sibling;
let sibling: Sibling;
let stranger: Sibling;

interface Sibling extends TestService {
  /** The addresses from which the requests of clients came, in its view. */
  readonly seen: string[];
}

/** One of the processes that share a port, but for that: each has its own here, so that a test can choose. */
async function startSibling(group: string): Promise<Sibling> {
  const seen: string[] = [];
  const spy: FastifyPluginAsync = (app) => {
    app.addHook('onRequest', (request_, _reply, done) => {
      seen.push(app.tetracast.limits.addressOf(request_.raw));
      done();
    });
    return Promise.resolve();
  };
  const role: ServiceOptions['role'] = { worker: 1, group, shareMetrics: () => () => Promise.resolve('') };
  const plugins = [Object.assign(spy, { [Symbol.for('skip-override')]: true }), socketioPlugin];
  return {
    ...(await startService({ ...SETTINGS, BUS_URL: redis.url }, { plugins, role })),
    seen,
  };
}

beforeEach(async () => {
  redis = await startRedis({ appendOnly: false });
  [owner, sibling, stranger] = await Promise.all([startSibling('a'), startSibling('a'), startSibling('b')]);
});

afterEach(async () => {
  for (const one of [owner, sibling, stranger]) await one[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** What the proxy sends on, to one process or another. */
async function send(to: Sibling, query: string, headers: Record<string, string>): Promise<Answer> {
  const sent = request(`${to.url}/socket.io/?EIO=4&transport=${query}`, { localAddress: PROXY, agent: false, headers });
  sent.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve).on('error', reject);
    sent.on('upgrade', (upgrade: IncomingMessage) => {
      upgrade.destroy();
      resolve(upgrade);
    });
  });
  let text = '';
  if (response.statusCode !== 101) for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode, text };
}

async function openSession(): Promise<string> {
  const { text } = await send(owner, 'polling', PROXIED);
  return (JSON.parse(text.slice(1)) as { sid: string }).sid;
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

async function stateOf(sid: string): Promise<{ key: string; address: string; workerAddress: string }> {
  const text = (await owner.app.tetracast.bus.getValue(`socketio-node:${sid.split('.')[0]}`)) ?? '';
  return JSON.parse(text) as { key: string; address: string; workerAddress: string };
}

/** Has the owner be found where a sibling answers, as when both share that port. */
async function sharePort(sid: string): Promise<void> {
  const told = JSON.stringify({ ...(await stateOf(sid)), address: sibling.url });
  await owner.app.tetracast.bus.putValue(`socketio-node:${sid.split('.')[0]}`, told, 30_000);
}

describe('a request of a session that another process on the same port keeps', () => {
  it('goes to the listener of that process, and shows it the address of the client', async () => {
    const sid = await openSession();
    expect(owner.seen).toEqual([CLIENT]);

    const { status } = await send(sibling, `polling&sid=${sid}`, PROXIED);

    expect(status).toBe(200);
    expect(owner.seen).toEqual([CLIENT, CLIENT]);
    expect((await stateOf(sid)).workerAddress).not.toBe(owner.url);
  });

  it('goes there from the process of another group, which knows only the port', async () => {
    const sid = await openSession();
    await sharePort(sid);

    const { status } = await send(stranger, `polling&sid=${sid}`, PROXIED);

    expect(status).toBe(200);
    expect(sibling.seen).toHaveLength(1);
    expect(owner.seen).toEqual([CLIENT, CLIENT]);
  });

  it('is upgraded through it', async () => {
    const sid = await openSession();
    await sharePort(sid);

    for (const entry of [sibling, stranger]) {
      expect(await send(entry, `websocket&sid=${sid}`, { ...PROXIED, ...UPGRADE })).toMatchObject({ status: 101 });
    }
  });

  it('is refused at the listener when its page is', async () => {
    const sid = await openSession();
    const { key, workerAddress } = await stateOf(sid);
    const atListener: Sibling = { ...owner, url: workerAddress };

    for (const upgrade of [{}, UPGRADE]) {
      const headers = { ...STRANGE, ...upgrade };
      expect(await send(sibling, `polling&sid=${sid}`, headers)).toMatchObject({ status: 403 });
      expect(await send(atListener, `polling&sid=${sid}`, headers)).toMatchObject({ status: 403 });
      const forwarded = { ...headers, 'x-tetracast-forwarded': `worker ${key} ${PROXY}` };
      expect(await send(atListener, `polling&sid=${sid}`, forwarded)).toMatchObject({ status: 403 });
    }
  });

  it('is not believed whence it came without the key', async () => {
    const sid = await openSession();
    const { workerAddress } = await stateOf(sid);
    const sent = (headers: Record<string, string>): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const options = { localAddress: '127.0.0.1', agent: false, headers } as const;
        const asked = request(`${workerAddress}/socket.io/?EIO=4&transport=polling&sid=${sid}`, options, (response) => {
          response.resume().once('end', () => resolve({ status: response.statusCode, text: '' }));
        });
        asked.on('error', reject).end();
      });

    for (const key of ['', 'other', sid]) {
      const headers = { ...PROXIED, 'x-tetracast-forwarded': `worker ${key} ${PROXY}` };
      expect(await sent(headers)).toMatchObject({ status: 403 });
    }
    expect(owner.seen.slice(1)).not.toContain(CLIENT);
  });

  it('is answered as unknown when that process is gone, though another has its port now', async () => {
    const sid = await openSession();
    const { workerAddress } = await stateOf((await openSiblingSession()).sid);
    const told = JSON.stringify({ ...(await stateOf(sid)), workerAddress });
    await owner.app.tetracast.bus.putValue(`socketio-node:${sid.split('.')[0]}`, told, 30_000);

    const answer = await send(sibling, `polling&sid=${sid}`, PROXIED);

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 1 });
  });
});

async function openSiblingSession(): Promise<{ sid: string }> {
  const { text } = await send(sibling, 'polling', PROXIED);
  return JSON.parse(text.slice(1)) as { sid: string };
}
