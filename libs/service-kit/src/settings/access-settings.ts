import { Type } from '@sinclair/typebox';
import { ALGORITHMS, type ApiKey, isPattern } from '@tetracast/access';
import { maskAll, maskApiKeys } from './masks';
import { choices, duration, list, oneOf, type Setting, text, webUrl } from './setting-kinds';
import { readApiKeys, readList, readOrigins } from './setting-readers';

/** Minimum size of a secret for HS256, in bytes (RFC 7518, section 3.2). */
const MIN_SECRET_BYTES = 32;

/** What clients may do. Without a secret, a public key or a JWKS URL the service accepts no tokens, and is open. */
export const ACCESS_SETTINGS = {
  access: oneOf('ACCESS', '', ['', 'open'], {
    about: '`open`: a service without keys may listen on an address that other machines can reach.',
    change: 'Everybody who can reach the service may use it.',
  }),
  authSecret: {
    ...text('AUTH_SECRET', '', {
      about: 'The secret that signs tokens (HS256, HS384, HS512).',
      change: 'Your back end signs tokens with a shared secret.',
    }),
    read: (given: string) => (given === '' || Buffer.byteLength(given) >= MIN_SECRET_BYTES ? given : undefined),
    wanted: `a text of at least ${MIN_SECRET_BYTES} bytes`,
    mask: maskAll,
  },
  authPublicKey: {
    ...text('AUTH_PUBLIC_KEY', '', {
      about: 'The public key or certificate of the issuer of tokens, as PEM; `\\n` may stand for a line end.',
      change: 'Your back end signs tokens with a private key.',
    }),
    schema: Type.String({ pattern: '^$|^-----BEGIN ' }),
    read: (given: string) => given.replaceAll('\\n', '\n'),
    wanted: 'a public key or a certificate in PEM',
    mask: maskAll,
  },
  authJwksUrl: webUrl('AUTH_JWKS_URL', {
    about: 'The URL of the public keys of the issuer of tokens (RFC 7517).',
    change: 'An identity provider issues the tokens.',
  }),
  authAlgorithms: choices('AUTH_ALGORITHMS', ALGORITHMS, {
    about: 'The accepted signatures; unset: HS256 with a secret; EdDSA, ES256, PS256 and RS256 with keys.',
    change: 'Tokens are signed in another way, or you want to accept one way only.',
  }),
  authIssuer: text('AUTH_ISSUER', '', {
    about: 'The value that `iss` of a token must have; unset: any.',
    change: 'The key also signs tokens of other issuers.',
  }),
  authAudience: text('AUTH_AUDIENCE', '', {
    about: 'The value that `aud` of a token must have or contain; unset: any.',
    change: 'The key also signs tokens for other services.',
  }),
  authLeewayMs: duration('AUTH_LEEWAY', '5s', ['0s', '5m'], {
    about: 'How far the clocks of the issuer and of the service may differ.',
    change: 'New tokens are refused because the clocks differ.',
  }),
  maxTokenAgeMs: duration('MAX_TOKEN_AGE', '0s', ['0s', '8760h'], {
    about: 'How long after its `iat` a token is accepted, whatever its `exp` says; 0: no limit.',
    change: 'Tokens have no `exp`, or outlive `REVOCATION_TTL`.',
  }),
  tokenExpiryWarningMs: duration('TOKEN_EXPIRY_WARNING', '30s', ['0s', '1h'], {
    about: 'How long before its token expires a client receives `token_expiring`.',
    change: 'Clients need more time to get a new token.',
  }),
  revocationTtlMs: duration('REVOCATION_TTL', '720h', ['1m', '8760h'], {
    about: 'How long the service remembers a revocation.',
    change: 'Tokens live longer than this.',
  }),
  publicSubscribe: patterns('PUBLIC_SUBSCRIBE', {
    about: 'The channels to which clients without a token may subscribe; unset: all without keys, none with keys.',
    change: 'Some channels are public: `news,chat:*`, or `*` for all.',
  }),
  publicPublish: patterns('PUBLIC_PUBLISH', {
    about: 'The channels to which clients without a token may publish; unset: all without keys, none with keys.',
    change: 'Clients without a token may publish to some channels.',
  }),
  publicPresence: patterns('PUBLIC_PRESENCE', {
    about: 'The channels whose members clients without a token may see; unset: all without keys, none with keys.',
    change: 'Visitors without a token see who is there.',
  }),
  apiKeys: {
    env: 'API_KEYS',
    unset: '',
    schema: Type.Unsafe<readonly ApiKey[]>(Type.Array(Type.Unknown())),
    read: readApiKeys,
    wanted:
      'a comma-separated list of name=key/scopes/channels, such as shop=<key>/publish+history/orders:*+news, with different names, and different keys of 32 to 128 letters, digits, - and _',
    mask: maskApiKeys,
    about: 'The keys of the server API: `name=key/scopes/channels`, with lists as `publish+history`, and `*` for all.',
    change: 'A back end uses the server API; two keys at a time to replace one.',
  },
  allowedOrigins: {
    ...list('ALLOWED_ORIGINS', {
      about: 'The origins, besides its own, whose pages may use the service; `https://*.example.com` is any one label.',
      change: 'Your pages come from another host than the service.',
    }),
    read: readOrigins,
    wanted:
      'a comma-separated list of origins, as browsers write them: https://example.com, capacitor://localhost, or https://*.example.com for any one label in place of the star',
  },
  allowedHosts: {
    ...list('ALLOWED_HOSTS', {
      about:
        'Without keys: the host names, besides those of loopback, under which the service answers; unset: any, but none on loopback.',
      change: 'A service without keys on loopback has a public name.',
    }),
    schema: Type.Array(Type.String({ pattern: '^[A-Za-z0-9._-]+$|^\\[[0-9A-Fa-f:.]+\\]$' })),
    wanted: 'a comma-separated list of host names without ports',
  },
} satisfies Record<string, Setting>;

function patterns(env: string, words: Pick<Setting, 'about' | 'change'>) {
  return {
    ...list(env, words),
    read: (given: string) => {
      const found = readList(given);
      return found?.every(isPattern) === true ? found : undefined;
    },
    wanted: 'a comma-separated list of channel names, chat:* or *',
  };
}
