import { CodedError } from '@tetracast/message-model';
import { errors } from 'jose';

const WRONG_CLAIMS: Readonly<Record<string, string>> = {
  nbf: 'The token is not yet valid',
  iss: 'The token is of another issuer',
  aud: 'The token is for another audience',
};

/** The refusal of a token as its sender is told it: why, and nothing out of the token. Other errors stay what they are. */
export function tokenRefusal(error: unknown): unknown {
  const reason = reasonOf(error);
  return reason === undefined ? error : new CodedError('unauthorized', reason);
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'The token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const isWrong = error.reason !== 'invalid';
    return (isWrong ? WRONG_CLAIMS[error.claim] : undefined) ?? "The token's claims are unreadable";
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "The token's algorithm is not accepted";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is wrong";
  if (error instanceof errors.JWKSNoMatchingKey) return "The token's signature is of an unknown key";
  if (error instanceof errors.JWTInvalid) return "The token's claims are unreadable";
  return error instanceof errors.JOSEError ? 'The token is not a signed JWT' : undefined;
}
