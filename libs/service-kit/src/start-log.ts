import { configuredKeys } from '@tetracast/session';
import { misspeltSettings, type Settings } from './settings/settings';

/** Who may use the service, in a few words. */
export function describeAccess(settings: Settings): string {
  const { access, publicSubscribe, publicPublish } = settings;
  if (configuredKeys(settings) !== undefined) {
    const open = [...publicSubscribe, ...publicPublish].length > 0 ? ', except for public channels' : '';
    return `access by token${open}`;
  }
  const whom = access === 'open' ? 'everyone who can reach this address' : 'everyone on this machine';
  return `no access check: ${whom} may publish and subscribe`;
}

/** Logs each name in the environment that is probably a misspelt setting. */
export function warnOfMisspeltSettings(log: { warn(text: string): void }): void {
  for (const problem of misspeltSettings(process.env)) log.warn(problem);
}
