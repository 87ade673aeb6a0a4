import type { KeySettings } from '../session-settings';

/** Where the keys are that check tokens; `undefined`: there are none. */
export function configuredKeys({
  authSecret = '',
  authPublicKey = '',
  authJwksUrl = '',
}: KeySettings): { secret: string; publicKey: string; jwksUrl: string } | undefined {
  if (authSecret === '' && authPublicKey === '' && authJwksUrl === '') return undefined;
  return { secret: authSecret, publicKey: authPublicKey, jwksUrl: authJwksUrl };
}
