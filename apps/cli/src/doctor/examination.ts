import type { Io } from '../io';
import type { Finding, Problem } from './problems';

/** What the checks share. */
export interface Examination {
  readonly io: Io;
  readonly url: string;
  readonly token: string | undefined;
  /** A channel that nobody else uses. */
  readonly channel: string;
  /** How long an answer may take, in ms. */
  readonly patienceMs: number;
  /** How long connections are left silent, in seconds. */
  readonly idleS: number;
  /** Origin of the pages that use the server. */
  readonly origin: string;
  /** What the proxies on the way say of themselves, as far as it has come. */
  readonly seen: Set<string>;
  /** The header Authorization does not arrive, so the token goes into the URL. */
  isTokenInUrl: boolean;
}

export type Check = (examination: Examination) => Promise<Finding>;

/** The server's own error; `undefined` if something else answered. */
export interface ServerError {
  readonly code: string;
  readonly detail: string;
}

/** Headers in which a proxy names itself. */
const NAMING = ['server', 'via', 'x-varnish', 'x-cache', 'x-powered-by'];

/** A request with the token; rejects when it is not over in time, and at Ctrl-C. */
export async function ask(
  examination: Examination,
  path: string,
  init: RequestInit = {},
  timeoutMs = examination.patienceMs,
): Promise<Response> {
  const { url, token, isTokenInUrl, seen } = examination;
  const headers = new Headers(init.headers);
  const target = new URL(url + path);
  if (token !== undefined && isTokenInUrl) target.searchParams.set('token', token);
  else if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const ends = [AbortSignal.timeout(timeoutMs), examination.io.signal, ...(init.signal ? [init.signal] : [])];
  const response = await fetch(target, { ...init, headers, signal: AbortSignal.any(ends) });
  for (const name of NAMING) {
    const value = response.headers.get(name);
    if (value !== null) seen.add(`${name}: ${value}`);
  }
  return response;
}

/** Why the server refuses the origin: a page of the server itself has its own Host, unless a proxy changes that. */
export function refusedOriginOf({ origin, url }: Examination): Problem {
  return origin === new URL(url).origin ? 'host' : 'allowed-origin';
}

/** The server's errors that are not about the token say that it cannot serve at the moment. */
export function problemOf({ code }: ServerError): 'token' | 'unavailable' {
  return code === 'unauthorized' || code === 'forbidden' ? 'token' : 'unavailable';
}

export async function errorOf(response: Response): Promise<ServerError | undefined> {
  return readError(await response.text().catch(() => ''));
}

export function readError(text: string): ServerError | undefined {
  const { type, code, detail } = parse(text) as { type?: string; code?: string; detail?: string };
  if (typeof type !== 'string' || !type.startsWith('urn:tetracast:')) return undefined;
  return { code: String(code), detail: String(detail) };
}

function parse(text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

/** Publishes on the channel of the examination. Resolves with the id, or with why there is none. */
export async function publish(examination: Examination, data: string): Promise<{ id?: string; why?: string }> {
  const body = JSON.stringify({ channel: examination.channel, data });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  try {
    const response = await ask(examination, '/polling', init);
    const text = await response.text();
    if (response.ok) return parse(text);
    return { why: `publishing was answered with ${response.status} ${readError(text)?.code ?? ''}`.trim() };
  } catch (error) {
    return { why: `publishing got no answer: ${messageOf(error)}` };
  }
}

/** Resolves with `undefined` if `promise` has not settled after `ms`. */
export function within<T>({ io }: Examination, ms: number, promise: Promise<T>): Promise<T | undefined> {
  const { runtime } = io;
  return new Promise((resolve, reject) => {
    const timer = runtime.setTimeout(() => resolve(undefined), ms);
    promise.then(resolve, reject).finally(() => runtime.clearTimeout(timer));
  });
}

/** What is wrong with a request that got no answer, for people. */
export function messageOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
