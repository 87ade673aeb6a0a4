import { expire } from './environment';
import { TetracastError } from './errors';

/** A token, or a function that fetches one: it is called before the first request, before the token expires, and when it is refused. */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>) | undefined;

/** The current token. It is fetched once for all who need it. */
export interface Tokens {
  /** @throws TetracastError `token_failed` */
  get(): Promise<string | undefined>;
  /** Fetches a new one. */
  renew(): Promise<string | undefined>;
  /** The server accepted the token. */
  accept(): void;
  /** The server refused `token`. Returns whether there is another one to try: each is tried once. */
  refuse(token: string | undefined): boolean;
}

/** @param timeoutMs a `source` that has not answered for so long has failed */
export function createTokens(source: TokenSource, timeoutMs: number): Tokens {
  let pending: Promise<string | undefined> | undefined;
  let current: string | undefined;
  let wasRefused = false;

  const load = async (): Promise<string | undefined> => {
    try {
      return (current = typeof source === 'function' ? await Promise.race([source(), expire(timeoutMs)]) : source);
    } catch (cause) {
      pending = undefined;
      throw new TetracastError('token_failed', undefined, undefined, cause);
    }
  };
  const get = (): Promise<string | undefined> => (pending ??= load());
  return {
    get,
    renew: () => {
      pending = undefined;
      return get();
    },
    accept: () => {
      wasRefused = false;
    },
    refuse: (token) => {
      // Another one was fetched meanwhile, or is being fetched.
      if (token !== current || !pending) return true;
      pending = undefined;
      return (wasRefused = !wasRefused);
    },
  };
}
