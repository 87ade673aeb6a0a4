import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import type { ServiceOptions } from '@tetracast/service-kit';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { NO_LIMITS } from '@tetracast/testing';
import { api } from '../src/service';

/** A key of 43 characters, as `npm run setup` makes one, that begins with `name`. */
export const keyOf = (name: string): string => `${name}_${'x'.repeat(42 - name.length)}`;

/** A clock that stands still, so that no rate recovers. */
export const stopped: Runtime = { ...nodeRuntime, monotonicMs: () => 0 };

export const AUTH_SECRET = 'a secret of more than thirty-two bytes';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export interface Api extends TestService {
  /** Sends a request; `body` goes as JSON. The key is that of {@link keyOf} `'all'`, unless the headers have another one. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** The API with the key `all`, which may do everything, on a free port and without rate limits. */
export async function startApi(env: Readonly<Record<string, string>> = {}, options?: ServiceOptions): Promise<Api> {
  const keys = { API_KEYS: `all=${keyOf('all')}/*/*`, AUTH_SECRET };
  const service = await startService([api.plugin], { ...NO_LIMITS, ...keys, ...env }, options);
  return { ...service, call: (...request) => send(service.url, ...request) };
}

async function send(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${keyOf('all')}` },
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === '' ? undefined : readJson(text) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
