import { CodedError } from '@tetracast/message-model';
import { publishRoute } from '../src/http/publish-route';
import { ask, post, problemIn } from './ask';
import { FaultyBus, UNAVAILABLE_REASON } from '@tetracast/bus/testing';
import { startService, type TestService } from '../src/testing';
import { talk } from './talk';

it('gives its hub the limits that are set', async () => {
  const resumeLimits = { messages: 4, bytes: 5, channels: 6 };
  await using service = await startService([], { MAX_CHANNELS: '2', MAX_REWIND: '3' }, { fixed: { resumeLimits } });

  expect(service.tetracast.hub).toMatchObject({
    maxChannels: 2,
    maxRewind: 3,
    resumeLimits,
  });
});

describe('a service', () => {
  let service: TestService;
  const bus = new FaultyBus();

  beforeAll(async () => {
    service = await startService(
      [
        publishRoute('/news'),
        (app) => {
          app.get('/coded', () => {
            throw new CodedError('rate_limited', 'slower');
          });
          app.get('/broken', () => {
            throw new Error('password is hunter2');
          });
          return Promise.resolve();
        },
      ],
      {},
      { bus },
    );
  });

  afterAll(async () => {
    await service.close();
  });

  afterEach(() => {
    bus.isUnavailable = false;
  });

  describe('answers problems', () => {
    it('404 for an unknown path', async () => {
      expect(problemIn(await ask(`${service.url}/nowhere?token=x`))).toMatchObject({ status: 404, code: 'not_found' });
    });

    it('404 for an unknown path under a known one', async () => {
      expect(problemIn(await ask(`${service.url}/news/x`))).toMatchObject({ status: 404, code: 'not_found' });
    });

    it.each([
      ['/news', 'GET', 'POST'],
      ['/news?a=b', 'PUT', 'POST'],
      ['/news', 'OPTIONS', 'POST'],
      ['/healthz', 'POST', 'GET, HEAD'],
      ['/metrics', 'DELETE', 'GET, HEAD'],
    ])('405 for %s %s', async (path, method, allow) => {
      const answer = await ask(service.url + path, { method });

      expect(problemIn(answer)).toMatchObject({ status: 405, code: 'method_not_allowed' });
      expect(answer.headers.allow).toBe(allow);
    });

    it('400 for a path that cannot be read, without repeating it', async () => {
      const answer = await ask(`${service.url}/%E0%A4%A?token=hunter2`);

      expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(answer.text).not.toMatch(/hunter2/);
    });

    it('with the code that was thrown', async () => {
      const answer = await ask(`${service.url}/coded`);

      expect(problemIn(answer)).toMatchObject({ status: 429, code: 'rate_limited', detail: 'slower' });
      expect(answer.headers['retry-after']).toBe('1');
    });

    it('500 for what nobody expected, without a word of it', async () => {
      const answer = await ask(`${service.url}/broken`);

      expect(problemIn(answer)).toMatchObject({ status: 500, code: 'internal' });
      expect(answer.text).not.toMatch(/hunter2/);
      expect(answer.headers['retry-after']).toBeUndefined();
    });

    it('503 while the log is away, and serves again when it is back', async () => {
      bus.isUnavailable = true;
      const answer = await post(`${service.url}/news`, '{"channel":"a","data":1}');
      bus.isUnavailable = false;

      expect(problemIn(answer)).toMatchObject({ status: 503, code: 'unavailable' });
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toMatch(/6379/);
      expect((await post(`${service.url}/news`, '{"channel":"a","data":1}')).status).toBe(201);
    });

    it.each([
      ['what is not HTTP', 'hello\r\n\r\n', 400],
      ['a head of more than 16 KiB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ])('for %s', async (_, bytes, status) => {
      const text = await talk(service.url, bytes);

      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(head).toMatch(/^Content-Type: application\/problem\+json$/m);
      expect(head).toMatch(/^x-content-type-options: nosniff$/m);
      expect(JSON.parse(body)).toMatchObject({ status, code: 'invalid_request' });
    });
  });

  describe('tells how it is', () => {
    const checks = { serve: 'ok', read: 'ok', write: 'ok', announce: 'ok', hear: 'ok', revocations: 'ok' };

    it.each([
      ['/healthz', { status: 'ok' }],
      ['/readyz', { status: 'ok', checks }],
    ])('%s is 200', async (path, wanted) => {
      const { status, headers, text } = await ask(service.url + path);

      expect([status, JSON.parse(text)]).toEqual([200, wanted]);
      expect(headers['x-content-type-options']).toBe('nosniff');
    });

    it('alive, but not ready, without its log', async () => {
      bus.isUnavailable = true;

      expect((await ask(`${service.url}/healthz`)).status).toBe(200);
      const refused = UNAVAILABLE_REASON;
      const { headers, text } = await ask(`${service.url}/readyz`);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(text)).toMatchObject({
        ...{ status: 503, code: 'unavailable', detail: `not ready: ${refused}` },
        checks: { ...checks, read: refused, write: refused, announce: refused, hear: refused },
      });
    });
  });

  describe('counts', () => {
    const metric = async (name: string): Promise<number> => {
      const { text } = await ask(`${service.url}/metrics`);
      const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text.replaceAll(/([{}])/g, '\\$1')) ?? [];
      if (value === undefined) throw new Error(`no ${name} in ${text}`);
      return Number(value);
    };
    const reset = (reason: string): string => `tetracast_resets_total\\\\{reason="${reason}"\\\\}`;

    it('in the text format, with the process', async () => {
      const { headers, text } = await ask(`${service.url}/metrics`);

      expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
      expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
      for (const name of ['connections', 'channels']) expect(text).toMatch(`# TYPE tetracast_${name} gauge`);
      for (const name of ['published', 'delivered', 'refilled', 'resets']) {
        expect(text).toMatch(`# TYPE tetracast_${name}_total counter`);
      }
    });

    it('what its hub does', async () => {
      const { hub } = service.tetracast;
      const published = await metric('tetracast_published_total');
      const delivered = await metric('tetracast_delivered_total');
      const arrived = { count: 0 };
      const connection = hub.connect({
        framing: { name: 'test', encode: () => Buffer.from('x') },
        write: (batch) => {
          arrived.count += batch.count;
          return true;
        },
        sendReset: () => undefined,
        close: () => undefined,
      });
      await connection.subscribe(['counted'], { kind: 'after', cursor: 'not a cursor' });

      expect(await metric('tetracast_connections')).toBe(1);
      expect(await metric('tetracast_channels')).toBe(1);
      expect(await metric(reset('invalid'))).toBe(1);
      await post(`${service.url}/news`, '{"channel":"counted","data":1}');
      await post(`${service.url}/news`, '{"channel":"counted","data":2}');
      expect(arrived.count).toBe(2);
      expect(await metric('tetracast_published_total')).toBe(published + 2);
      expect(await metric('tetracast_delivered_total')).toBe(delivered + 2);
      expect(await metric('tetracast_refilled_total')).toBe(0);
      for (const reason of ['trimmed', 'epoch', 'ahead']) expect(await metric(reset(reason))).toBe(0);

      connection.close();
      expect(await metric('tetracast_connections')).toBe(0);
    });

    it('apart from other services in the process', async () => {
      await using other = await startService([publishRoute('/news')]);

      expect((await ask(`${other.url}/metrics`)).text).toMatch(/^tetracast_published_total 0$/m);
    });
  });

  it('does not start with a plugin that fails, and leaves nothing behind', async () => {
    const unused = new FaultyBus();
    const failing = startService([() => Promise.reject(new Error('no'))], {}, { bus: unused });

    await expect(failing).rejects.toThrow('no');
    await expect(unused.positions([])).rejects.toThrow('closed');
  });
});
