import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A service as the gateway sees one. */
export interface Upstream extends AsyncDisposable {
  /** `host:port`, as in the gateway's settings. */
  readonly address: string;
  readonly port: number;
  /** Every request that arrived. */
  readonly seen: readonly Seen[];
}

export interface UpstreamOptions {
  /** Default: answers 200 with its name as text. */
  readonly answer?: RequestListener;
  readonly upgrade?: UpgradeListener;
  readonly name?: string;
  readonly host?: string;
  readonly port?: number;
}

export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const { name = 'upstream', host = '127.0.0.1' } = options;
  const seen: Seen[] = [];
  const answer: RequestListener =
    options.answer ??
    ((request, response) => {
      request.resume().once('end', () => response.end(name));
    });
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    answer(request, response);
  });
  if (options.upgrade !== undefined) server.on('upgrade', options.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `${host}:${port}`,
    port,
    seen,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
