import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '../src';

describe('freePort', () => {
  it('gives a port on which a server can listen', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');

    await once(server, 'listening');
    server.close();

    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(32_000); // below the range of outgoing connections
  });

  it('gives no port twice', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));

    expect(new Set(ports).size).toBe(50);
  });
});
