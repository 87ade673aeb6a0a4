import { get, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { freePort, IDLE_LIMIT_MS, type NginxServer, startNginx } from '@tetracast/testing';
import { renderGatewayConfig } from '../src/render';

const UPSTREAMS = ['WEBSOCKET', 'SOCKETIO', 'SSE', 'POLLING', 'API', 'WEB'] as const;

/**
 * A real nginx with the gateway's own template. A service that is not named in `settings` is down;
 * `change` makes another conf of it, to see what would happen then.
 */
export async function startGateway(
  settings: Readonly<Record<string, string>>,
  change = (conf: string): string => conf,
): Promise<NginxServer> {
  const nobody = `127.0.0.1:${await freePort()}`;
  const down = Object.fromEntries(UPSTREAMS.map((name) => [`UPSTREAM_${name}`, nobody]));
  return startNginx({
    conf: ({ port, accessLog }) =>
      change(
        renderGatewayConfig({
          ...down,
          LISTEN: `127.0.0.1:${port}`,
          ACCESS_LOG: accessLog,
          WORKER_PROCESSES: '1',
          ...settings,
        }),
      ),
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request on a separate connection; unlike `fetch` it leaves path and headers as they are. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: { ...length, ...headers },
        agent: false,
        signal: AbortSignal.timeout(IDLE_LIMIT_MS),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
        response.on('error', reject);
      },
    );
    request.on('error', reject).end(body);
  });
}

/** A response that goes on, once its head is there. */
export function openStream(port: number, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => request.destroy(new Error(`${path}: no head of a response`)), IDLE_LIMIT_MS);
    const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      clearTimeout(timeout);
      resolve(response.setEncoding('utf8'));
    });
    request.once('error', reject);
  });
}
