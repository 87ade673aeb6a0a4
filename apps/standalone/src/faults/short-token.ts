import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';

/** Long enough to connect all panels with it, and short enough to wait for. */
export const SHORT_TOKEN_S = 10;

/**
 * A copy of a token that has been verified, which expires in {@link SHORT_TOKEN_S} seconds, or when the token itself does.
 * It has the same claims, and so no more rights.
 */
export async function copyWithShortLife(token: string, secret: string, nowS: number): Promise<string> {
  const claims = decodeJwt(token);
  const exp = Math.min(claims.exp ?? Infinity, nowS + SHORT_TOKEN_S);
  return new SignJWT({ ...claims, exp })
    .setProtectedHeader({ alg: decodeProtectedHeader(token).alg ?? 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
}
