import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connectionsOf, poll, publish, startService, type TestService, until } from './start-service';

/** A poll that is held until something is published. */
async function hold(service: TestService, headers: Record<string, string> = {}): Promise<[ReturnType<typeof poll>]> {
  const before = connectionsOf(service);
  const held = poll(service, 'channel=a&wait=20', { headers });
  await until(() => connectionsOf(service) > before);
  return [held];
}

function post({ url }: TestService, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/polling`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** What was answered until it was 429: on a slow machine that takes some more. */
async function untilRefused(ask: () => Promise<number>): Promise<number[]> {
  const statuses: number[] = [];
  for (let status = await ask(); status !== 429; status = await ask()) statuses.push(status);
  return statuses;
}

describe('a poll', () => {
  it('above MAX_CONNECTIONS is answered 503, to come again, until one of them is over', async () => {
    await using service = await startService({ MAX_CONNECTIONS: '1' });
    const [held] = await hold(service);

    const refused = await poll(service, 'channel=b');

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'overloaded' });
    await publish(service, 'a', [1]);
    expect((await held).status).toBe(200);
    expect((await poll(service, 'channel=b')).status).toBe(200);
  });

  it('above MAX_CONNECTIONS_PER_IP is answered 429, and one from elsewhere is served', async () => {
    await using service = await startService({ MAX_CONNECTIONS_PER_IP: '1', TRUST_PROXY: '127.0.0.1' });
    const [held] = await hold(service, { 'x-forwarded-for': '192.0.2.1' });

    const refused = await poll(service, 'channel=b', { headers: { 'x-forwarded-for': '192.0.2.1' } });

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'rate_limited' });
    expect((await poll(service, 'channel=b', { headers: { 'x-forwarded-for': '192.0.2.2' } })).status).toBe(200);
    await publish(service, 'a', [1]);
    await held;
  });

  describe('above POLL_RATE', () => {
    const env = { POLL_RATE: '1', TRUST_PROXY: '127.0.0.1' };
    const statusOf = async ({ url }: TestService, agent: Agent, headers: Record<string, string>): Promise<number> => {
      const [answer] = (await once(get(`${url}/polling?channel=a`, { agent, headers }), 'response')) as [
        IncomingMessage,
      ];
      answer.resume();
      await once(answer, 'end');
      return answer.statusCode ?? 0;
    };

    it('on one connection is answered 429, and on another it is served', async () => {
      await using service = await startService({ ...env, TRUST_PROXY: '' });
      const [one, other] = [
        new Agent({ keepAlive: true, maxSockets: 1 }),
        new Agent({ keepAlive: true, maxSockets: 1 }),
      ];
      const statuses = await untilRefused(() => statusOf(service, one, {}));

      expect(statuses.slice(0, 2)).toEqual([200, 200]);
      expect(await statusOf(service, other, {})).toBe(200);
      one.destroy();
      other.destroy();
    });

    it('on the connection of a proxy is served, for it may be many who ask', async () => {
      await using service = await startService(env);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const headers = { 'x-forwarded-for': '192.0.2.1' };
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++) statuses.push(await statusOf(service, agent, headers));

      expect(statuses).toEqual([200, 200, 200, 200, 200]);
      agent.destroy();
    });
  });

  it('above POLL_RATE_PER_IP is answered 429, and told to the operator', async () => {
    await using service = await startService({ POLL_RATE_PER_IP: '1' });
    const statuses = await untilRefused(async () => (await poll(service, 'channel=a')).status);

    expect(statuses.slice(0, 2)).toEqual([200, 200]);
    expect(await (await fetch(`${service.url}/metrics`)).text()).toContain(
      'tetracast_refused_total{code="rate_limited",limit="poll_per_ip"} 1',
    );
  });
});

describe('a publication', () => {
  it('above PUBLISH_RATE_PER_IP is answered 429, and not stored', async () => {
    await using service = await startService({ PUBLISH_RATE_PER_IP: '1' });
    const statuses = await untilRefused(async () => (await post(service, { channel: 'a', data: 1 })).status);

    expect(statuses.slice(0, 2)).toEqual([201, 201]);
    expect((await poll(service, 'channel=a&after=earliest')).messages).toHaveLength(statuses.length);
  });

  it('may be as deep as MAX_DATA_DEPTH, as JSON and as a form', async () => {
    await using service = await startService({ MAX_DATA_DEPTH: '2' });
    const form = (name: string): Promise<Response> =>
      fetch(`${service.url}/polling`, { method: 'POST', body: new URLSearchParams({ channel: 'a', [name]: '1' }) });
    const refusals = [await post(service, { channel: 'a', data: [[[]]] }), await form('data[a][b][c]')];

    expect((await post(service, { channel: 'a', data: [[1]] })).status).toBe(201);
    expect((await form('data[a][b]')).status).toBe(201);
    for (const refused of refusals) expect(await refused.json()).toMatchObject({ code: 'invalid_message' });
  });

  it('names no channel that is nested deeper than the stack', async () => {
    await using service = await startService();
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const answer = await fetch(`${service.url}/polling`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"data":1,"channel":${deep}}`,
    });

    expect(await answer.json()).toMatchObject({ status: 400, code: 'invalid_channel' });
  });
});
