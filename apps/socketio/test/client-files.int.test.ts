import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from './start-service';

describe('the files of the stock client', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService();
  });

  afterAll(() => service[Symbol.asyncDispose]());

  it.each(['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'])(
    'are served with their maps: %s',
    async (file) => {
      const script = await fetch(`${service.url}/socket.io/${file}`);
      const map = await fetch(`${service.url}/socket.io/${file}.map`);

      expect([script.status, map.status]).toEqual([200, 200]);
      expect(script.headers.get('content-type')).toMatch(/javascript/);
      expect(script.headers.get('cache-control')).toBe('public, max-age=3600');
      expect(await script.text()).toContain('Socket.IO');
      expect(await map.json()).toHaveProperty('mappings');
    },
  );

  it('are not sent again to who has them', async () => {
    const url = `${service.url}/socket.io/socket.io.js`;
    const etag = (await fetch(url)).headers.get('etag') ?? '';
    expect(etag).not.toBe('');

    // Not by fetch, which asks past all caches when a condition is set by hand.
    const [response] = (await once(get(url, { headers: { 'if-none-match': etag } }), 'response')) as [IncomingMessage];

    expect(response.statusCode).toBe(304);
    response.resume();
  });

  it('are all there is under the path', async () => {
    expect((await fetch(`${service.url}/socket.io/package.json`)).status).toBe(404);
    expect((await fetch(`${service.url}/socket.io/../package.json`)).status).toBe(404);
  });
});
