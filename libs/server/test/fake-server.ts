import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
}

/** A server that records what it gets, and answers each request with the next of `answers`: a status and a body, or nothing at all. */
export async function startFakeServer(
  ...answers: (readonly [status: number, body: unknown] | 'hangs')[]
): Promise<FakeServer> {
  const seen: SeenRequest[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    seen.push({ method, url, headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) });
    const answer = answers.shift() ?? [200, {}];
    if (answer === 'hangs') return;
    const [status, content] = answer;
    response.writeHead(status).end(typeof content === 'string' ? content : JSON.stringify(content));
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
