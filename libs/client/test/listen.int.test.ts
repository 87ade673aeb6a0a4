import { publish, type TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import { listen } from '../src/listen';
import { startServer } from './start-server';
import { startUnrulyProxy } from './unruly-proxy';

let server: TestService;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('listen', () => {
  it('resumes after a cut in the middle of a message, and after answers of a proxy', async () => {
    await using proxy = await startUnrulyProxy(server.url);
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2, 3]);
    const received: unknown[] = [];
    for await (const { data } of listen(channel, { url: proxy.url, after: 'earliest' })) {
      received.push(data);
      if (data === 3) {
        proxy.cut(20);
        await publish(server, channel, [4]);
      } else if (data === 4) {
        proxy.weather = { isBadGateway: true };
        proxy.cut();
        await publish(server, channel, [5]);
        proxy.weather = {};
      } else if (data === 5) break;
    }

    expect(received).toEqual([1, 2, 3, 4, 5]);
  });

  it('throws what another attempt would not change', async () => {
    const messages = listen('no name', { url: server.url });

    await expect(messages.next()).rejects.toMatchObject({ name: 'TetracastError', code: 'invalid_channel' });
    expect(await messages.next()).toEqual({ done: true, value: undefined });
  });

  it('ends with its signal', async () => {
    const ending = new AbortController();
    const next = listen(uniqueChannel(), { url: server.url, signal: ending.signal }).next();
    ending.abort();

    expect(await next).toEqual({ done: true, value: undefined });
  });
});
