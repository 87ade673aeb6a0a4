import { API_CALLS } from './api-calls';
import type { ApiTypes } from './api-types';
import { TetracastError } from './tetracast-error';

export interface TetracastOptions {
  /** Where the server API is: `http://127.0.0.1:3605`. A path in it is kept. */
  readonly url: string;
  /** An API key, or a token with the claim `tetracast.api`. Default: none, for a server that is open on this machine. */
  readonly key?: string;
  /** How long a call may take, in ms. Default 10 000. */
  readonly timeoutMs?: number;
  /** Ends every call at once, with the error `unreachable`. */
  readonly signal?: AbortSignal;
}

type CallName = keyof ApiTypes;

type Parts<N extends CallName> = Omit<ApiTypes[N], 'answer'>;

const TIMEOUT_MS = 10_000;

/** Sends calls of the server API over HTTP. */
export class HttpCalls {
  private readonly base: string;

  /** @throws TypeError if `url` is not one */
  constructor(private readonly options: TetracastOptions) {
    this.base = new URL(options.url).href.replace(/\/+$/, '');
  }

  /** @throws TetracastError */
  async send<N extends CallName>(name: N, parts: Parts<N>): Promise<ApiTypes[N]['answer']> {
    const { params = {}, query = {}, body } = parts as { params?: object; query?: object; body?: unknown };
    const { method, path } = API_CALLS[name];
    const { key, timeoutMs = TIMEOUT_MS, signal } = this.options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const values = new Map(Object.entries(params as Record<string, string>));
    const route = path.replace(/\{(\w+)\}/g, (_: string, member: string) => segmentOf(member, values.get(member)));
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.fetch(`${this.base}${route}${queryOf(query)}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(text === undefined ? {} : { body: text }),
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return response as ApiTypes[N]['answer'];
  }

  private async fetch(url: string, init: RequestInit): Promise<unknown> {
    let status: number | undefined;
    let text: string;
    try {
      const response = await fetch(url, init);
      ({ status } = response);
      text = await response.text();
    } catch (error) {
      throw new TetracastError('unreachable', `there is no answer from ${this.base}`, undefined, { cause: error });
    }
    const answer = parse(text);
    if (status >= 200 && status < 300 && answer !== undefined) return answer;
    const { code, detail } = (answer ?? {}) as { code?: unknown; detail?: unknown };
    if (typeof code === 'string') throw new TetracastError(code, String(detail), status);
    throw new TetracastError(
      'invalid_answer',
      `the answer ${status} from ${this.base} is not one of Tetracast`,
      status,
    );
  }
}

/** A value as a segment of a path. In a URL `.` and `..` lead elsewhere in any encoding, and the server knows none by these names. */
function segmentOf(member: string, value: string | undefined): string {
  if (typeof value !== 'string' || ['', '.', '..'].includes(value))
    throw new TetracastError('invalid_request', `${JSON.stringify(value)} cannot be a ${member}: name another`, 400);
  return encodeURIComponent(value);
}

function queryOf(query: object): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
