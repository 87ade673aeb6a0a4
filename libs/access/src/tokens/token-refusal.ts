import { CodedError } from '@tetracast/message-model';
import { errors } from 'jose';
import { NUMERIC_DATE, wrongClaim } from '../claims';

const WRONG_CLAIMS: Readonly<Record<string, string>> = {
  nbf: 'The token is not valid yet: its "nbf" is in the future',
  iss: 'The token has another issuer: its "iss" is not accepted here',
  aud: 'The token is for another audience: its "aud" does not name this service',
};

/** The refusal of a token for its sender: it says why, and holds nothing from the token. Other errors stay as they are. */
export function tokenRefusal(error: unknown): unknown {
  const reason = reasonOf(error);
  return reason === undefined ? error : new CodedError('unauthorized', reason);
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'The token has expired: send a new one';
  if (error instanceof errors.JWTClaimValidationFailed) {
    // `jose` means a time that is not a number.
    if (error.reason === 'invalid') return wrongClaim(error.claim, NUMERIC_DATE);
    return WRONG_CLAIMS[error.claim] ?? `The token's claim "${error.claim}" is not accepted here`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token\'s algorithm ("alg") is not accepted here';
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is wrong";
  if (error instanceof errors.JWKSNoMatchingKey) return "The token's signature is of an unknown key";
  if (error instanceof errors.JWTInvalid) return 'The claims of the token must be a JSON object';
  return error instanceof errors.JOSEError ? 'The token is not a signed JWT' : undefined;
}
