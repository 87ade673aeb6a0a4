import { configuredKeys } from '@tetracast/session';
import { misspeltSettings, type Settings } from './settings/settings';

/** Logs who may use the service, in one line. */
export function logAccessMode(settings: Settings, log: { info(text: string): void }): void {
  const { access, publicSubscribe, publicPublish } = settings;
  if (configuredKeys(settings) !== undefined) {
    const open = [...publicSubscribe, ...publicPublish].length > 0 ? ', except for public channels' : '';
    log.info(`access by token${open}`);
    return;
  }
  const whom = access === 'open' ? 'everyone who can reach this address' : 'everyone on this machine';
  log.info(`no access check: ${whom} may publish and subscribe`);
}

/** Logs each name in the environment that is probably a misspelt setting. */
export function warnOfMisspeltSettings(log: { warn(text: string): void }): void {
  for (const problem of misspeltSettings(process.env)) log.warn(problem);
}
