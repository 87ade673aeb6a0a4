import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';

/** Long enough to connect all panels with it, and short enough to wait for. */
export const SHORT_TOKEN_S = 8;

/**
 * A copy of a token that has been verified. The server accepts it for {@link SHORT_TOKEN_S} seconds, its leeway included, or as
 * long as the token itself. The copy has the same claims, and so no more rights.
 */
export async function copyWithShortLife(
  token: string,
  { authSecret, authLeewayMs }: { readonly authSecret: string; readonly authLeewayMs: number },
  nowS: number,
): Promise<string> {
  const claims = decodeJwt(token);
  const exp = Math.min(claims.exp ?? Infinity, nowS + SHORT_TOKEN_S - Math.ceil(authLeewayMs / 1000));
  return new SignJWT({ ...claims, exp })
    .setProtectedHeader({ alg: decodeProtectedHeader(token).alg ?? 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(authSecret));
}
