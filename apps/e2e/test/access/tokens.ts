import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';

export const SECRET = 'a secret of more than sixty-four bytes, so that HS512 may use it, too.';
const ISSUER = 'https://idp.example';
const AUDIENCE = 'tetracast';
export const PAGE = 'https://page.example';

export const ACCESS_ENV: Readonly<Record<string, string>> = {
  AUTH_SECRET: SECRET,
  AUTH_ISSUER: ISSUER,
  AUTH_AUDIENCE: AUDIENCE,
  AUTH_LEEWAY: '0s',
  ALLOWED_ORIGINS: PAGE,
};

export const REVOKED_JTI = 'revoked-jti';

const secretKey: KeyObject = createSecretKey(Buffer.from(SECRET));

export const nowS = (): number => Math.floor(Date.now() / 1000);

/** Lifetime of a token that a test lets expire: a busy machine has used the token before that. */
const SHORT_S = 5;
/** The server ends a connection at most two of its ticks after the token expired. */
const TICKS_MS = 200;

/** When a token expires that is made now and has a short life, in seconds since 1970. */
export const soonS = (): number => nowS() + SHORT_S;

export const mintShortLived = (): Promise<string> => mint({ exp: soonS() });

/** Skips time (`makeTimeSkippable`) until every token with a short life has expired, and its connections have ended. */
export function expireShortLived(): void {
  jest.advanceTimersByTime(SHORT_S * 1000 + TICKS_MS);
}

/** The claims of a token that allows everything with `news`, and `more`. */
const claimsOf = (more: Readonly<Record<string, unknown>> = {}): JWTPayload => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'ann',
  exp: nowS() + 60,
  tetracast: { subscribe: ['news'], publish: ['news'] },
  ...more,
});

/** A token with the claims of {@link claimsOf}, without those that are `undefined` in `more`. */
export function mint(
  more: Readonly<Record<string, unknown>> = {},
  { alg = 'HS256', key = secretKey } = {},
): Promise<string> {
  return new SignJWT(claimsOf(more)).setProtectedHeader({ alg }).sign(key);
}

type Code = 'ok' | 'unauthorized' | 'forbidden';

export interface TokenCase {
  readonly what: string;
  readonly make: () => Promise<string>;
  /** The outcome of an attempt with it. */
  readonly subscribe: Code;
  readonly publish: Code;
}

const refused = (what: string, make: () => Promise<string>): TokenCase => ({
  what,
  make,
  subscribe: 'unauthorized',
  publish: 'unauthorized',
});
const forbidden = (what: string, tetracast: unknown, more: Partial<TokenCase> = {}): TokenCase => ({
  what,
  make: () => mint({ tetracast }),
  subscribe: 'forbidden',
  publish: 'forbidden',
  ...more,
});

/** Every way in which a token can be valid or invalid. */
export const TOKEN_CASES: readonly TokenCase[] = [
  { what: 'valid', make: () => mint(), subscribe: 'ok', publish: 'ok' },
  refused('expired', () => mint({ exp: nowS() - 1 })),
  refused('not yet valid', () => mint({ nbf: nowS() + 60 })),
  refused('of another key', () => mint({}, { key: createSecretKey(Buffer.from(SECRET.toUpperCase())) })),
  refused('of another algorithm with the same key', () => mint({}, { alg: 'HS512' })),
  refused('of a key pair', () => mint({}, { alg: 'EdDSA', key: generateKeyPairSync('ed25519').privateKey })),
  refused('not signed at all', () => Promise.resolve(new UnsecuredJWT(claimsOf()).encode())),
  refused('for another audience', () => mint({ aud: 'other' })),
  refused('of another issuer', () => mint({ iss: 'https://other.example' })),
  refused('revoked', () => mint({ jti: REVOKED_JTI })),
  refused('made up', () => Promise.resolve('a.b.c')),
  refused('without its signature', async () => (await mint()).replace(/[^.]*$/, '')),
  forbidden('for subscribing alone', { subscribe: ['news'] }, { subscribe: 'ok' }),
  forbidden('for publishing alone', { publish: ['news'] }, { publish: 'ok' }),
  forbidden('without the claim', undefined),
  forbidden('without a pattern for the channel', { subscribe: ['newsroom', 'news:*'], publish: ['new', 'news:*'] }),
  forbidden('with admin alone', { admin: true }),
];
