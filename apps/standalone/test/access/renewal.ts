import { NO_LIMITS } from '@tetracast/testing';
import { ACCESS_ENV, mint, nowS } from './tokens';

/**
 * Lines are told of the end of their token at once, so that a test need not wait for that; and a test may ask as often as
 * it likes whether something is so by now.
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

/** Takes tokens back; rejects unless that is stored. */
export async function revoke(url: string, what: { jti?: string; sub?: string }): Promise<void> {
  const answer = await fetch(`${url}/revocations`, {
    method: 'POST',
    headers: {
      ...bearer(await mint({ sub: 'admin', iat: nowS(), tetracast: { admin: true } })),
      'content-type': 'application/json',
    },
    body: JSON.stringify(what),
  });
  if (answer.status !== 201) throw new Error(`not revoked: ${answer.status} ${await answer.text()}`);
}
