import { type Settings, SettingsError } from './settings/settings';

/** Why a service cannot start, in one line. */
export function explainStartFailure(error: unknown, settings: Settings | undefined): string {
  if (error instanceof SettingsError) return `Cannot start: ${error.message}`;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const address = `${settings?.host}:${settings?.port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Cannot start: ${address} is in use by another process; PORT=<number> chooses another port`;
    case 'EACCES':
      return `Cannot start: this user may not listen on ${address}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `Cannot start: HOST=${settings?.host} is no address of this machine`;
    default:
      return code === undefined ? `Cannot start: ${stack ?? message}` : `Cannot start: ${message}`;
  }
}
