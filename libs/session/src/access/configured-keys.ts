import type { KeySettings } from '../session-settings';

/** The settings for keys that verify tokens; `undefined` if none is set. */
export function configuredKeys({
  authSecret = '',
  authPublicKey = '',
  authJwksUrl = '',
}: KeySettings): { secret: string; publicKey: string; jwksUrl: string } | undefined {
  if (authSecret === '' && authPublicKey === '' && authJwksUrl === '') return undefined;
  return { secret: authSecret, publicKey: authPublicKey, jwksUrl: authJwksUrl };
}
