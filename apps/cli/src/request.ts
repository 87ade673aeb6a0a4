import { type ErrorCode, TetracastError } from '@tetracast/client';
import { type ServerOptions, tokenOf, urlOf } from './connect';
import type { Io } from './io';

/** RFC 9457, as the server writes it. */
interface Problem {
  readonly type?: string;
  readonly code?: ErrorCode;
  readonly detail?: string;
}

interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  readonly query?: Readonly<Record<string, string>>;
}

/**
 * A request to a path that the client has no method for. It ends at Ctrl-C.
 *
 * @returns the JSON of the answer
 * @throws TetracastError the server's; `blocked` for an answer that is not the server's; `network`
 */
export async function request<T>(
  options: ServerOptions,
  io: Io,
  path: string,
  { method = 'GET', query = {} }: RequestOptions = {},
): Promise<T> {
  const token = tokenOf(options, io);
  const base = urlOf(options, io).replace(/\/$/, '');
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const parameters = new URLSearchParams(query).toString();
    const response = await fetch(`${base}${path}?${parameters}`, { method, headers, signal: io.signal });
    if (response.ok) return (await response.json()) as T;
    throw await refusalOf(response);
  } catch (cause) {
    if (cause instanceof TetracastError) throw cause;
    throw new TetracastError('network', `${base} does not answer: ${messageOf(cause)}`, undefined, cause);
  }
}

async function refusalOf(response: Response): Promise<TetracastError> {
  const { type, code, detail } = (await response.json().catch(() => ({}))) as Problem;
  const isOurs = type?.startsWith('urn:tetracast:') === true && code !== undefined;
  const retryAfterMs = Number(response.headers.get('retry-after')) * 1000 || undefined;
  return new TetracastError(isOurs ? code : 'blocked', detail ?? `status ${response.status}`, retryAfterMs);
}

function messageOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
