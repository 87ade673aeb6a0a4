import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type TestService } from '@tetracast/service-kit/testing';
import { poll, startService } from './start-service';

function post({ url }: TestService, body: object): Promise<Response> {
  return fetch(`${url}/polling`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('a poll', () => {
  it('above the first POLL_RATE on the connection of a proxy is served, for it may be many who ask', async () => {
    await using service = await startService({ POLL_RATE: '1/1000/100', TRUST_PROXY: '127.0.0.1' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i < 5; i++) {
      const asked = get(`${service.url}/polling?channel=a`, { agent, headers });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      await once(answer.resume(), 'end');
      statuses.push(answer.statusCode);
    }

    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    agent.destroy();
  });

  it('above the POLL_RATE of an address is refused to one address behind a proxy that writes ports, and to no other', async () => {
    await using service = await startService({ POLL_RATE: '200/1/100', TRUST_PROXY: '127.0.0.1' });
    const statusFor = async (forwarded: string): Promise<number> =>
      (await poll(service, 'channel=a', { headers: { 'x-forwarded-for': forwarded } })).status;

    for (let port = 50_000; (await statusFor(`203.0.113.7:${port}`)) !== 429; port++);

    expect(await statusFor('203.0.113.8:50000')).toBe(200);
    expect(await statusFor('[2001:db8::1]:50000')).toBe(200);
    expect(await statusFor('unknown')).toBe(200);
  });

  it('above the POLL_RATE of an address is counted in the metrics', async () => {
    await using service = await startService({ POLL_RATE: '200/1/100' });
    while ((await poll(service, 'channel=a')).status !== 429);

    expect(await (await fetch(`${service.url}/metrics`)).text()).toContain(
      'tetracast_refused_total{code="rate_limited",limit="poll_per_ip"} 1',
    );
  });
});

describe('a publication', () => {
  it('may be as deep as maxDataDepth, as JSON and as a form', async () => {
    await using service = await startService({}, { fixed: { maxDataDepth: 2 } });
    const form = (name: string): Promise<Response> =>
      fetch(`${service.url}/polling`, { method: 'POST', body: new URLSearchParams({ channel: 'a', [name]: '1' }) });
    const refusals = [await post(service, { channel: 'a', data: [[[]]] }), await form('data[a][b][c]')];

    expect((await post(service, { channel: 'a', data: [[1]] })).status).toBe(201);
    expect((await form('data[a][b]')).status).toBe(201);
    for (const refused of refusals) expect(await refused.json()).toMatchObject({ code: 'invalid_message' });
  });

  it('is no JSON that is nested deeper than the stack', async () => {
    await using service = await startService();
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const answer = await fetch(`${service.url}/polling`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"data":1,"channel":${deep}}`,
    });

    expect(await answer.json()).toMatchObject({ status: 400, code: 'invalid_message' });
  });
});
