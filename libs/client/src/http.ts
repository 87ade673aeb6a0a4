import { type ErrorCode, TetracastError } from './errors';
import type { Tokens } from './tokens';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** RFC 9457, as far as this package reads it. */
interface Problem {
  readonly type?: string;
  readonly code?: ErrorCode;
  readonly detail?: string;
}

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
export interface HttpClient extends HttpOptions {
  /** @param path such as `/sse` */
  readonly url: (path: string, parameters?: Parameters) => string;
  /**
   * Resolves with a successful response. A refused token is replaced once. Without a `signal` it ends after the timeout.
   * @throws TetracastError the server's, `blocked` for an answer that is not the server's, `network`, `token_failed`
   */
  readonly request: (
    path: string,
    parameters: Parameters,
    init?: Omit<RequestInit, 'headers'>,
    signal?: AbortSignal,
  ) => Promise<Response>;
}

export function createHttpClient(options: HttpOptions): HttpClient {
  const { base, fetch, tokens, clientKey, timeoutMs } = options;
  const url: HttpClient['url'] = (path, parameters = {}) => {
    // JSON leaves out what is undefined.
    const given = JSON.parse(JSON.stringify({ ...parameters, client: clientKey })) as Record<string, string>;
    return `${base + path}?${new URLSearchParams(given).toString()}`;
  };
  return {
    ...options,
    url,
    request: async (path, parameters, init, signal = AbortSignal.timeout(timeoutMs)) => {
      for (;;) {
        const token = await tokens.get();
        const headers: HeadersInit = token ? { authorization: `Bearer ${token}` } : {};
        const response = await fetch(url(path, parameters), { ...init, headers, signal });
        if (response.ok) {
          tokens.accept();
          return response;
        }
        const problem = (await response.json().catch(() => ({}))) as Problem;
        const code = (problem.type?.startsWith('urn:tetracast:') && problem.code) || 'blocked';
        const retryAfterMs = Number(response.headers.get('retry-after')) * 1000 || undefined;
        if (code !== 'unauthorized' || !tokens.refuse(token)) {
          throw new TetracastError(code, problem.detail ?? `status ${response.status}`, retryAfterMs);
        }
      }
    },
  };
}
