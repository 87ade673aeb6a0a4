import { CodedError } from '@tetracast/message-model';
import type { TokenClaims } from './claims';

/**
 * The claims with an end no later than `maxAgeS` after the token was issued, `exp` or not.
 * @throws CodedError `unauthorized` if it is older than that, or does not say since when it is there.
 */
export function limitAge(claims: TokenClaims, maxAgeS: number, leewayS: number): TokenClaims {
  const { iat, exp = Infinity } = claims;
  const nowS = Date.now() / 1000;
  if (iat === undefined)
    throw new CodedError('unauthorized', 'The token does not say when it was issued: its claim "iat" is missing');
  if (iat > nowS + leewayS)
    throw new CodedError('unauthorized', 'The token is not yet issued: its "iat" is still to come');
  const end = Math.min(exp, iat + maxAgeS);
  if (end <= nowS - leewayS) throw new CodedError('unauthorized', 'The token is too old');
  return { ...claims, exp: end };
}
