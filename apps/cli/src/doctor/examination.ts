import type { Io } from '../io';
import type { Finding } from './findings';

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
}

export type Check = (examination: Examination) => Promise<Finding>;

/** A request with the token; rejects when no answer comes in time. */
export function ask(
  { url, token, patienceMs }: Examination,
  path: string,
  init: RequestInit = {},
  timeoutMs = patienceMs,
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return fetch(url + path, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
}

/** The code of the server's own error; `undefined` if something else answered. */
export async function codeOf(response: Response): Promise<string | undefined> {
  const problem = (await response.json().catch(() => ({}))) as { type?: string; code?: string };
  return problem.type?.startsWith('urn:tetracast:') === true ? problem.code : undefined;
}

export function publish(examination: Examination, data: string): Promise<Response> {
  const body = JSON.stringify({ channel: examination.channel, data });
  return ask(examination, '/polling', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

/** Resolves with `undefined` if `promise` has not settled after `ms`. */
export function within<T>({ io }: Examination, ms: number, promise: Promise<T>): Promise<T | undefined> {
  const { runtime } = io;
  return new Promise((resolve, reject) => {
    const timer = runtime.setTimeout(() => resolve(undefined), ms);
    promise.then(resolve, reject).finally(() => runtime.clearTimeout(timer));
  });
}
