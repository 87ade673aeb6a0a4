import { API_SCOPES, type ApiScope, isApiScope } from '@tetracast/message-model';
import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiCaller } from './api-caller';
import { isPattern } from '../patterns';

/** A key of the server API, as the operator writes it. */
export interface ApiKey {
  /** Stands in the log in place of the key. */
  readonly name: string;
  readonly key: string;
  readonly scopes: readonly ApiScope[];
  /** Patterns of the channels that the key may use. */
  readonly channels: readonly string[];
}

/** No dot, so that a key is never taken for a token. A key of 32 characters of base64url has 192 bits. */
const FORM = /^([\w.-]{1,64})=([\w-]{32,128})\/([^/]+)\/([^/]+)$/;

const ALL = '*';

/**
 * Reads `name=key/scopes/channels`. Scopes and channels are lists with `+`; `*` is all of them. `undefined` for any other text, for
 * an unknown scope, and for a pattern with `{sub}`, since a key has no subject.
 */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, name = '', key = '', scopeList = '', channelList = ''] = FORM.exec(text) ?? [];
  const scopes = scopeList === ALL ? [...API_SCOPES] : scopeList.split('+');
  const channels = channelList.split('+');
  if (!scopes.every(isApiScope) || !channels.every((each) => isPattern(each) && !each.includes('{'))) return undefined;
  return { name, key, scopes, channels };
}

/** The keys of the server API. */
export class ApiKeys {
  private readonly callers: readonly { readonly digest: Buffer; readonly caller: ApiCaller }[];

  constructor(keys: readonly ApiKey[]) {
    this.callers = keys.map(({ name, key, scopes, channels }) => ({
      digest: digestOf(key),
      caller: ApiCaller.ofKey(name, scopes, channels),
    }));
  }

  get isEmpty(): boolean {
    return this.callers.length === 0;
  }

  /** The caller that has this key. The time does not depend on how much of a key is right, nor on which one it is. */
  find(key: string): ApiCaller | undefined {
    const given = digestOf(key);
    let found: ApiCaller | undefined;
    for (const { digest, caller } of this.callers) if (timingSafeEqual(digest, given)) found = caller;
    return found;
  }
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();
