import { type ErrorCode, temporary, TetracastError } from './errors';
import type { PollAnswer, Start } from './message';
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
  /** @param waitS how long the server waits for a message, in seconds; default 0 */
  poll(channels: readonly string[], start: Start, waitS?: number, signal?: AbortSignal): Promise<PollAnswer>;
  /** Everything that is stored after `start`, in pages; the last one is empty. */
  history(channel: string, start: Start): AsyncGenerator<PollAnswer>;
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

  const poll: HttpClient['poll'] = async (channels, start, wait = 0, signal) => {
    const parameters = { channel: channels.join(), ...start, wait, limit: 1000 };
    const response = await request('/polling', parameters, undefined, signal);
    return (await response.json()) as PollAnswer;
  };

  async function* history(channel: string, start: Start): AsyncGenerator<PollAnswer> {
    for (let from = start; ;) {
      const answer = await poll([channel], from);
      yield answer;
      if (answer.messages.length === 0) return;
      from = { after: answer.cursor };
    }
  }

  return { url, request, poll, history };
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
    : temporary('blocked', `something before the server answered ${status}`, { retryAfterMs });
}
