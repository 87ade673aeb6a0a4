import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeyObject } from 'node:crypto';

export interface JwksServer extends AsyncDisposable {
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  /** Serves these public keys from now on, by `kid`. */
  serve(keys: Record<string, KeyObject>): void;
  /** Answers like this from now on. */
  answer(respond: (response: ServerResponse) => void): void;
}

/** A server of a JWKS on a free port; at first without keys. */
export async function startJwksServer(): Promise<JwksServer> {
  let respond = (response: ServerResponse): unknown => response.end('{"keys":[]}');
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    respond(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    get requests() {
      return requests;
    },
    serve(keys) {
      const jwks = Object.entries(keys).map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' }));
      respond = (response) => response.end(JSON.stringify({ keys: jwks }));
    },
    answer(next) {
      respond = next;
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
