import { NO_LIMITS } from '@tetracast/testing';
import { ACCESS_ENV, mint, nowS } from './tokens';

/**
 * The server sends the notice that a token will expire at once, so that no test has to wait for it; and a test may send
 * any number of requests until something has happened.
 */
export const LIFE_ENV: Readonly<Record<string, string>> = {
  ...NO_LIMITS,
  POLL_RATE: '0/0/0',
  ...ACCESS_ENV,
  TOKEN_EXPIRY_WARNING: '1h',
};

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

export function renewByName(url: string, name: string, token: string): Promise<Response> {
  return fetch(`${url}/connections/${name}/token`, { method: 'POST', headers: bearer(token) });
}

/** Revokes tokens; rejects unless the revocation is stored. */
export async function revoke(url: string, revocation: { jti?: string; sub?: string }): Promise<void> {
  const response = await fetch(`${url}/revocations`, {
    method: 'POST',
    headers: {
      ...bearer(await mint({ sub: 'admin', iat: nowS(), tetracast: { admin: true } })),
      'content-type': 'application/json',
    },
    body: JSON.stringify(revocation),
  });
  if (response.status !== 201) throw new Error(`not revoked: ${response.status} ${await response.text()}`);
}
