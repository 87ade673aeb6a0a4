import { freePort } from '@tetracast/testing';
import { ask, startGateway } from './gateway-server';
import { expectProblem } from './problem-answer';
import { startUpstream } from './upstream';

const ORIGIN = 'http://page.example';

describe('a service that is down', () => {
  it('an EventSource gets an answer that makes it come back, from any origin', async () => {
    await using gateway = await startGateway({});
    const answer = await ask(gateway.port, '/sse?channel=a', { headers: { origin: ORIGIN } });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
    });
    expect(answer.body).toMatch(/^retry: \d{4}\n\n$/);
  });

  it('EventSources come back at different times', async () => {
    await using gateway = await startGateway({});
    const bodies = await Promise.all(Array.from({ length: 40 }, () => ask(gateway.port, '/sse')));
    expect(new Set(bodies.map(({ body }) => body)).size).toBeGreaterThan(2);
  });

  it.each([
    ['POST', '/sse'],
    ['GET', '/polling?channel=a'],
    ['POST', '/polling'],
    ['GET', '/ws'],
    ['GET', '/socket.io/?EIO=4&transport=polling'],
    ['GET', '/'],
    ['GET', '/polling/?channel=a'],
  ])('%s %s is answered with a problem', async (method, path) => {
    await using gateway = await startGateway({});
    const body = method === 'POST' ? { body: '{}' } : {};
    const answer = await ask(gateway.port, path, { method, headers: { origin: ORIGIN }, ...body });
    expectProblem(answer, 'unavailable');
    expect(answer.headers).toMatchObject({ 'retry-after': '2', 'access-control-allow-origin': ORIGIN });
  });

  it('without an origin there is nothing to allow', async () => {
    await using gateway = await startGateway({});
    const { headers } = await ask(gateway.port, '/sse');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('the gateway itself is alive', async () => {
    await using gateway = await startGateway({});
    expect(await ask(gateway.port, '/healthz')).toMatchObject({ status: 200 });
  });
});

describe('a service that fails', () => {
  it('before its head: an EventSource gets an answer that makes it come back, a publisher gets a problem', async () => {
    await using sse = await startUpstream({ answer: (request) => request.socket.destroy() });
    await using gateway = await startGateway({ UPSTREAM_SSE: sse.address });
    expect(await ask(gateway.port, '/sse')).toMatchObject({
      status: 200,
      body: expect.stringMatching(/^retry: /) as string,
    });
    expectProblem(await ask(gateway.port, '/sse', { method: 'POST', body: '{}' }), 'unavailable');
  });

  it('with its own answer: it is passed on', async () => {
    await using polling = await startUpstream({
      answer: (_request, response) => response.writeHead(503, { 'retry-after': '9' }).end('draining'),
    });
    await using gateway = await startGateway({ UPSTREAM_POLLING: polling.address });
    const answer = await ask(gateway.port, '/polling');
    expect(answer).toMatchObject({ status: 503, body: 'draining', headers: { 'retry-after': '9' } });
  });

  it('and is started again is used at once', async () => {
    const first = await startUpstream({ name: 'first', port: await freePort() });
    await using gateway = await startGateway({ UPSTREAM_POLLING: first.address, UPSTREAM_SSE: first.address });
    expect(await ask(gateway.port, '/polling')).toMatchObject({ body: 'first' });
    await first[Symbol.asyncDispose]();
    expect(await ask(gateway.port, '/polling')).toMatchObject({ status: 503 });
    expect(await ask(gateway.port, '/sse')).toMatchObject({ body: expect.stringMatching(/^retry: /) as string });

    await using _second = await startUpstream({ name: 'second', port: first.port });
    expect(await ask(gateway.port, '/polling')).toMatchObject({ status: 200, body: 'second' });
    expect(await ask(gateway.port, '/sse')).toMatchObject({ status: 200, body: 'second' });
  });
});
