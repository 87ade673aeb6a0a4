import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openJQueryPage } from '../src';

describe('$.ajax in a page without a browser', () => {
  it('sends a form of the origin it was loaded from, and reads JSON', async () => {
    const seen: { headers?: IncomingHttpHeaders; body?: string } = {};
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.once('end', () => {
        Object.assign(seen, { headers: request.headers, body });
        response.setHeader('content-type', 'application/json').end('{"id":"a-1"}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const page = openJQueryPage(`${origin}/`);

    const data = { channel: 'news', data: 'a & b', echo: false };
    const answer = await page.$.ajax({ method: 'POST', url: '/polling', data });

    expect(answer).toEqual({ id: 'a-1' });
    expect(seen.body).toBe('channel=news&data=a+%26+b&echo=false');
    expect(seen.headers?.['content-type']).toBe('application/x-www-form-urlencoded; charset=UTF-8');
    expect([undefined, origin]).toContain(seen.headers?.origin);
    page.close();
    server.closeAllConnections();
    server.close();
  });
});
