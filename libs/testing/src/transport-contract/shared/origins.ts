import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { type ContractContext, itOnItsOwnServer, open, uniqueChannel } from '../contract-context';
import { type HttpAnswer, jsonBody, refusalIn, request } from '../single/http-requests';

const FOREIGN = 'https://elsewhere.example';

/** Pages of other origins are refused unless the settings allow them. */
export function testOrigins(context: ContractContext): void {
  const { driver } = context;

  describe('origins', () => {
    const channel = uniqueChannel();
    const subscribe = (url: string, origin: string): Promise<HttpAnswer> => attempt(context, url, channel, origin);

    it('refuses a foreign one', async () => {
      const answer = await subscribe(context.url(), FOREIGN);

      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      // Engine.IO words the refusal of a handshake itself.
      expect(driver.form === 'socketio' ? 'forbidden_origin' : refusalIn(answer).code).toBe('forbidden_origin');
      await using client = await open(context, { channels: [channel] });
      await client.publish({ channel, data: 'still here' });
      expect((await client.next())[0]?.data).toBe('still here');
    });

    it.each(['null', 'http://127.0.0.1:1', 'https://127.0.0.1'])('refuses %s', async (origin) => {
      expect((await subscribe(context.url(), origin)).status).toBe(403);
    });

    it('allows its own', async () => {
      expect((await subscribe(context.url(), context.url())).status).toBeLessThan(300);
    });

    const rules = { ALLOWED_ORIGINS: 'https://*.elsewhere.example,capacitor://localhost' };
    itOnItsOwnServer(context, 'allows the pages of an app, and one label for a wildcard', rules, async (service) => {
      const statuses = async (...origins: string[]): Promise<number[]> =>
        (await Promise.all(origins.map((origin) => subscribe(service.url, origin)))).map(({ status }) => status);

      for (const status of await statuses('capacitor://localhost', 'https://a.elsewhere.example')) {
        expect(status).toBeLessThan(300);
      }
      expect(await statuses('tauri://localhost', FOREIGN, 'http://a.elsewhere.example')).toEqual([403, 403, 403]);
    });

    const two = { ALLOWED_ORIGINS: `https://other.example,${FOREIGN}` };
    itOnItsOwnServer(context, 'allows those in ALLOWED_ORIGINS, and no others', two, async (service) => {
      const allowed = await subscribe(service.url, FOREIGN);
      const refused = await subscribe(service.url, 'https://third.example');

      expect(allowed.status).toBeLessThan(300);
      expect(driver.path === '/ws' ? FOREIGN : allowed.headers.get('access-control-allow-origin')).toBe(FOREIGN);
      expect(refused.status).toBe(403);
    });

    if (driver.flags.publishesOverHttp === true) {
      it('refuses a foreign one to publish', async () => {
        const publication = jsonBody({ channel, data: 1 }, { origin: FOREIGN });

        const refusal = refusalIn(await request(context.url() + driver.path, publication));

        expect(refusal).toMatchObject({ status: 403, code: 'forbidden_origin' });
      });

      const one = { ALLOWED_ORIGINS: FOREIGN };
      itOnItsOwnServer(context, 'answers a preflight of an allowed one', one, async (service) => {
        const answer = await request(service.url + driver.path, {
          method: 'OPTIONS',
          headers: {
            origin: FOREIGN,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type,idempotency-key',
          },
        });

        expect(answer.status).toBeLessThan(300);
        expect(answer.headers.get('access-control-allow-origin')).toBe(FOREIGN);
        expect(answer.headers.get('access-control-allow-methods')).toMatch(/POST/);
        expect(answer.headers.get('access-control-allow-headers')).toMatch(/idempotency-key/i);
      });
    }
  });
}

/** The first request of a subscription from a page of `origin`; a stream is left after its head. */
async function attempt({ driver }: ContractContext, url: string, channel: string, origin: string): Promise<HttpAnswer> {
  const headers = { origin };
  switch (driver.form) {
    case 'socketio':
      return request(`${url}${driver.path}?EIO=4&transport=polling`, { headers });
    case 'websocket':
      return handshake(`${url}${driver.path}?channel=${channel}`, origin);
    case 'plain websocket':
      return handshake(`${url}${driver.path}?channel=${channel}&format=data`, origin);
    default: {
      const response = await fetch(`${url}${driver.path}?channel=${channel}`, { headers });
      if (!response.ok) return { status: response.status, headers: response.headers, text: await response.text() };
      await response.body?.cancel();
      return { status: response.status, headers: response.headers, text: '' };
    }
  }
}

/** The answer to a WebSocket handshake; 101 once it is open. */
function handshake(url: string, origin: string): Promise<HttpAnswer> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { origin });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.terminate();
      resolve({ status: 101, headers: new Headers(), text: '' });
    });
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      const { socket: connection } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => {
        connection.destroy(); // `ws` leaves it to its user, and the server may keep it open
        const headers = new Headers({ 'content-type': response.headers['content-type'] ?? '' });
        resolve({ status: response.statusCode ?? 0, headers, text });
      });
    });
  });
}
