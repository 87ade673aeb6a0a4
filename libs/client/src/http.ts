import { type ErrorCode, temporary, TetracastError } from './errors';
import type { Tokens } from './tokens';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

type Parameters = Readonly<Record<string, string | number | undefined>>;

export interface HttpOptions {
  /** The origin, and a path before the server's own. */
  readonly base: string;
  readonly fetch: Fetch;
  readonly tokens: Tokens;
  readonly clientKey: string;
  /** How long an answer may take, in ms. */
  readonly timeoutMs: number;
}

/** Requests to one server, with the token and the client key. */
export interface HttpClient {
  /** @param path such as `/sse` */
  url(path: string, parameters?: Parameters): string;
  /**
   * Resolves with a successful response. A refused token is replaced once. Without a `signal` it ends after the timeout.
   * @throws TetracastError the server's, `blocked` for an answer that is not the server's, `network`, `token_failed`
   */
  request(path: string, parameters: Parameters, init?: RequestInit, signal?: AbortSignal): Promise<Response>;
}

export function createHttpClient({ base, fetch, tokens, clientKey, timeoutMs }: HttpOptions): HttpClient {
  const url: HttpClient['url'] = (path, parameters = {}) => {
    const query = new URLSearchParams({ client: clientKey });
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
    return `${base}${path}?${query.toString()}`;
  };

  const request: HttpClient['request'] = async (path, parameters, init, signal = AbortSignal.timeout(timeoutMs)) => {
    for (;;) {
      const token = await tokens.get();
      const headers = {
        ...(init?.headers as Record<string, string>),
        ...(token && { authorization: `Bearer ${token}` }),
      };
      const response = await fetch(url(path, parameters), { ...init, headers, signal, cache: 'no-store' });
      if (response.ok) {
        tokens.accept();
        return response;
      }
      const error = await errorOf(response);
      if (error.code !== 'unauthorized' || !tokens.refuse(token)) throw error;
    }
  };

  return { url, request };
}

interface Problem {
  readonly type?: string;
  readonly code?: ErrorCode;
  readonly detail?: string;
}

async function errorOf(response: Response): Promise<TetracastError> {
  const { status, headers } = response;
  const { type, code, detail } = (await response.json().catch(() => ({}))) as Problem;
  const retryAfterMs = Number(headers.get('retry-after')) * 1000 || undefined;
  return code !== undefined && type?.startsWith('urn:tetracast:')
    ? new TetracastError(code, detail ?? code, { isTemporary: status === 429 || status >= 500, retryAfterMs })
    : temporary('blocked', `a proxy answered ${status}`, { retryAfterMs });
}
