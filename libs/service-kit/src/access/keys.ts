import type { Settings } from '../settings';

export type KeySettings = Partial<Pick<Settings, 'authSecret' | 'authPublicKey' | 'authJwksUrl'>>;

/** Where the keys are by which tokens are checked; `undefined`: there are none. */
export function keysIn({
  authSecret = '',
  authPublicKey = '',
  authJwksUrl = '',
}: KeySettings): { secret: string; publicKey: string; jwksUrl: string } | undefined {
  if (authSecret === '' && authPublicKey === '' && authJwksUrl === '') return undefined;
  return { secret: authSecret, publicKey: authPublicKey, jwksUrl: authJwksUrl };
}
