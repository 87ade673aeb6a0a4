import { decodeJwt, type JWTPayload } from 'jose';
import { ask, type Check, errorOf } from '../examination';
import type { Finding } from '../problems';

/** What the token itself says, by the clock of this machine. */
export const checkToken: Check = ({ token, io }) => {
  const check = 'the token is in order';
  if (token === undefined) return Promise.resolve({ check, isUnknown: true, detail: 'there is none' });
  const flaw = flawOf(token, Math.floor(io.runtime.now() / 1000));
  const finding: Finding =
    flaw === undefined ? { check, detail: 'by itself' } : { check, problem: 'token', detail: flaw };
  return Promise.resolve(finding);
};

function flawOf(token: string, now: number): string | undefined {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(token);
  } catch {
    return 'it is not a JWT: three parts of base64url, with dots between them';
  }
  const { exp, nbf, tetracast } = claims;
  if (exp !== undefined && exp <= now) return `it expired ${now - exp} s ago`;
  if (nbf !== undefined && nbf > now) return `it is valid in ${nbf - now} s, by its claim "nbf"`;
  if (typeof tetracast !== 'object') return 'it allows nothing: its claim "tetracast" is missing';
  return undefined;
}

/** A page may send the token in a cookie, together with its origin. */
export const checkCookie: Check = async (examination) => {
  const { token, channel, origin } = examination;
  const check = 'cookies pass';
  const path = `/polling?channel=${channel}`;
  const bare = { ...examination, token: undefined };
  if (token === undefined) return { check, isUnknown: true, detail: 'there is no token to send' };
  const [open, foreign] = [await ask(bare, path), await ask(examination, path, { headers: { origin } })];
  await open.body?.cancel();
  await foreign.body?.cancel();
  if (open.ok) return { check, isUnknown: true, detail: 'the server wants no token for this channel' };
  if (!foreign.ok) return { check, isUnknown: true, detail: `pages of ${origin} are refused` };
  const response = await ask(bare, path, { headers: { origin, cookie: `tetracast_token=${token}` } });
  const error = response.ok ? undefined : await errorOf(response);
  if (response.ok) return { check, detail: 'with a token' };
  // The server has the cookie, and no Origin.
  const isBare = error?.detail.includes('a token in a cookie') === true;
  return { check, problem: isBare ? 'origin' : 'cookie', detail: `${response.status} ${error?.detail ?? ''}` };
};
