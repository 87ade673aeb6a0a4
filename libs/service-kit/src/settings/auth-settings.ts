import { Type } from '@sinclair/typebox';
import { ALGORITHMS, isPattern } from '@tetracast/access';
import { duration, type Setting, text } from './setting-kinds';
import { readList } from './setting-readers';

/** Shortest secret of HS256, in bytes (RFC 7518, section 3.2). */
const SECRET_MIN_BYTES = 32;
const WEB_URL = '^(https?://[^\\s]+)?$';

/** Who may do what. Without a secret, a public key or a JWKS URL there are no tokens, and the gateway is open. */
export const AUTH_SETTINGS = {
  authSecret: {
    ...text('AUTH_SECRET', '', 'The secret that signs tokens (HS256, HS384, HS512)'),
    read: (given: string) => (given === '' || Buffer.byteLength(given) >= SECRET_MIN_BYTES ? given : undefined),
    wanted: `a text of at least ${SECRET_MIN_BYTES} bytes`,
    isSecret: true,
  },
  authPublicKey: {
    ...text(
      'AUTH_PUBLIC_KEY',
      '',
      'The public key or certificate of who signs tokens, as PEM; `\\n` may stand for a line end',
    ),
    schema: Type.String({ pattern: '^$|^-----BEGIN ' }),
    read: (given: string) => given.replaceAll('\\n', '\n'),
    wanted: 'a public key or a certificate in PEM',
    isSecret: true,
  },
  authJwksUrl: {
    ...text(
      'AUTH_JWKS_URL',
      '',
      'Where the public keys of who signs tokens are (RFC 7517), fetched anew when a key is unknown',
    ),
    schema: Type.String({ pattern: WEB_URL }),
    wanted: 'an https:// or http:// URL',
  },
  authAlgorithms: {
    ...list(
      'AUTH_ALGORITHMS',
      'Signatures that are accepted; unset: HS256 with a secret, EdDSA, ES256, PS256 and RS256 with keys',
    ),
    schema: Type.Array(Type.Union(ALGORITHMS.map((name) => Type.Literal(name)))),
    wanted: `a comma-separated list of ${ALGORITHMS.join(', ')}`,
  },
  authIssuer: text('AUTH_ISSUER', '', 'What `iss` of a token must be; unset: anything'),
  authAudience: text('AUTH_AUDIENCE', '', 'What `aud` of a token must be or hold; unset: anything'),
  authLeewayMs: duration(
    'AUTH_LEEWAY',
    '5s',
    '0s',
    '5m',
    "How far clocks may be apart when a token's times are checked",
  ),
  authTimeoutMs: duration(
    'AUTH_TIMEOUT',
    '10s',
    '100ms',
    '5m',
    'How long a WebSocket may be open without a token where nothing is public; how long a JWKS may take',
  ),
  authJwksStaleMs: duration(
    'AUTH_JWKS_STALE',
    '1h',
    '0s',
    '24h',
    'How long the last keys of the JWKS are used on when it cannot be fetched again after its ten minutes',
  ),
  tokenAgeMaxMs: duration(
    'TOKEN_AGE_MAX',
    '0s',
    '0s',
    '8760h',
    'How long after its `iat` a token is good at most, with or without `exp`; 0: as long as it says',
  ),
  tokenExpiringMs: duration('TOKEN_EXPIRING', '30s', '0s', '1h', 'How long before its token expires a line is told'),
  ticketUnusedMs: duration(
    'TICKET_UNUSED',
    '1m',
    '1s',
    '1h',
    'How long a ticket for an event stream waits for its first use',
  ),
  revocationTtlMs: duration(
    'REVOCATION_TTL',
    '720h',
    '1m',
    '8760h',
    'How long a revocation is kept; a token that lives longer is good again then: see TOKEN_AGE_MAX',
  ),
  publicSubscribe: patterns('PUBLIC_SUBSCRIBE', 'Channels anyone may subscribe to'),
  publicPublish: patterns('PUBLIC_PUBLISH', 'Channels anyone may publish to'),
} satisfies Record<string, Setting>;

function list(env: string, about: string) {
  return { env, unset: '', schema: Type.Array(Type.String()), read: readList, wanted: 'a comma-separated list', about };
}

function patterns(env: string, about: string) {
  return {
    ...list(env, `${about}: names, \`chat:*\` for a namespace, \`*\`; unset: all while there are no tokens, else none`),
    read: (given: string) => {
      const found = readList(given);
      return found?.every(isPattern) === true ? found : undefined;
    },
    wanted: 'a comma-separated list of channel names, chat:* or *',
  };
}
