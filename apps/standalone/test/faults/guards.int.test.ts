import { createService, parseSettings } from '@tetracast/service-kit';
import { SignJWT, decodeJwt } from 'jose';
import { faults } from '../../src/faults/faults.plugin';
import { plugins } from '../../src/services';
import { type FaultyLab, openWebSocket, send, startFaultyLab } from './lab-client';

const AUTH_SECRET = 'a secret of the tests, of more than 32 bytes';

let lab: FaultyLab;
let proxy: string;

beforeAll(async () => {
  lab = await startFaultyLab({ AUTH_SECRET });
  proxy = `http://127.0.0.1:${lab.description.ports.polling}`;
});

afterAll(() => lab[Symbol.asyncDispose]());

const portOf = (url: string): string => new URL(url).port;

describe('the proxy', () => {
  const strangers: [string, () => Record<string, string>][] = [
    ['without an Origin', () => ({})],
    ['of another page', () => ({ origin: 'https://stranger.example' })],
    ['of another port of this machine', () => ({ origin: 'http://127.0.0.1:1' })],
    ['of the page over TLS', () => ({ origin: lab.origin.replace('http:', 'https:') })],
    ['of the page by another name', () => ({ origin: lab.origin.replace('127.0.0.1', 'localhost') })],
    ['of no page', () => ({ origin: 'null' })],
    ['by a foreign name', () => ({ origin: lab.origin, host: `stranger.example:${portOf(proxy)}` })],
    ['by another port', () => ({ origin: lab.origin, host: '127.0.0.1:1' })],
    [
      'by a name that only begins like one',
      () => ({ origin: lab.origin, host: `127.0.0.1.stranger.example:${portOf(proxy)}` }),
    ],
  ];

  it.each(strangers)('refuses a request %s', async (_what, headers) => {
    expect((await send(proxy, '/polling?channel=lab', { headers: headers() })).status).toBe(403);
  });

  it('refuses the WebSocket of another page', async () => {
    expect((await openWebSocket(`${proxy}/ws?channel=lab`, 'https://stranger.example')).status).toBe(403);
  });

  it('serves the page by each name of loopback', async () => {
    const headers = {
      origin: lab.origin.replace('127.0.0.1', 'localhost'),
      host: `localhost:${portOf(proxy)}`,
    };
    expect((await send(proxy, '/healthz', { headers })).status).toBe(200);
  });
});

describe('the switches', () => {
  const body = JSON.stringify({ fault: 'slow' });
  const asPage = (): Record<string, string> => ({
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
    origin: lab.origin,
    'x-lab-secret': lab.description.secret,
  });
  const changes: [string, () => Record<string, string>][] = [
    ['no secret', () => ({ 'x-lab-secret': '' })],
    ['a wrong secret', () => ({ 'x-lab-secret': lab.description.secret.replace(/.$/, '!') })],
    ['another origin', () => ({ origin: 'http://127.0.0.1:1' })],
    [
      'a foreign name',
      () => ({
        host: `stranger.example:${portOf(lab.origin)}`,
        origin: `http://stranger.example:${portOf(lab.origin)}`,
      }),
    ],
    ['no word of the browser', () => ({ 'sec-fetch-site': '' })],
    ['the mark of a proxy', () => ({ 'x-forwarded-for': '203.0.113.7' })],
    ['the word that the page is another', () => ({ 'sec-fetch-site': 'cross-site' })],
  ];

  it.each(changes)('refuse a request with %s', async (_what, changed) => {
    for (const [path, method] of [
      ['/lab/faults', 'POST'],
      ['/lab/wire', 'GET'],
      ['/lab/short-token', 'POST'],
    ] as const) {
      const sent = method === 'POST' ? { method, body } : { method };
      const { status } = await lab.ask(path, { ...sent, headers: { ...asPage(), ...changed() } });
      expect([path, status]).toEqual([path, 403]);
    }
    expect(await described()).toMatchObject({ active: { polling: [], sse: [], websocket: [], socketio: [] } });
  });

  it.each([{}, { fault: 'fire' }, { fault: 'slow', transport: 'pigeon' }, { fault: 'slow', on: 'perhaps' }])(
    'refuse %j',
    async (wrong) => {
      expect((await lab.ask('/lab/faults', { method: 'POST', body: JSON.stringify(wrong) })).status).toBe(400);
    },
  );

  it('give the secret to the page alone', async () => {
    const page = { 'sec-fetch-site': 'same-origin' };
    expect((await lab.ask('/faults.json', { headers: page })).body).toContain(lab.description.secret);
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none' },
      { ...page, forwarded: 'for=203.0.113.7' },
      { ...page, host: `stranger.example:${portOf(lab.origin)}` },
    ]) {
      expect((await lab.ask('/faults.json', { headers })).body).toBe('null');
    }
  });

  async function described(): Promise<unknown> {
    return JSON.parse((await lab.ask('/faults.json', { headers: { 'sec-fetch-site': 'same-origin' } })).body);
  }
});

describe('the token that expires soon', () => {
  const mint = (exp: number): Promise<string> =>
    new SignJWT({ sub: 'ann', exp, tetracast: { subscribe: ['lab'] } })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(AUTH_SECRET));
  const nowS = Math.floor(Date.now() / 1000);

  async function shorten(token: string): Promise<{ status: number; body: { token?: string } }> {
    const { secret } = lab.description;
    const { status, body } = await lab.ask('/lab/short-token', {
      method: 'POST',
      headers: {
        'sec-fetch-site': 'same-origin',
        origin: lab.origin,
        'x-lab-secret': secret,
        authorization: `Bearer ${token}`,
      },
    });
    return { status, body: JSON.parse(body) as { token?: string } };
  }

  it('is a copy with the same claims', async () => {
    const { token = '' } = (await shorten(await mint(nowS + 3600))).body;
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ sub: 'ann', tetracast: { subscribe: ['lab'] } });
    expect(claims.exp).toBeLessThan(nowS + 3600);
  });

  it('is not made of a token that is not accepted', async () => {
    expect((await shorten(await mint(nowS - 60))).status).toBe(401);
    expect((await shorten('a.b.c')).status).toBe(401);
  });
});

describe('there are no faults', () => {
  it.each([
    ['where other machines reach the service', { HOST: '0.0.0.0', ACCESS: 'open' }],
    ['with several processes', { WORKERS: '2', BUS_URL: 'redis://127.0.0.1:1' }],
  ])('%s', async (_what, env) => {
    const settings = parseSettings({ PORT: '0', ...env });
    // The message log is not what is tried here, and its workers are not started.
    const app = await createService({ ...settings, busUrl: 'memory:' }, [faults, ...plugins], { logger: false });
    expect(app.hasDecorator('labFaults')).toBe(false);
    expect((await app.inject({ method: 'POST', url: '/lab/faults', payload: { fault: 'slow' } })).statusCode).toBe(404);
    await app.close();
  });
});
