import { type Settings, SettingsError } from './settings/settings';

/** Why a service cannot start, in one line. */
export function explainStartFailure(error: unknown, settings: Settings | undefined): string {
  if (error instanceof SettingsError) return `Cannot start: ${error.message}`;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const address = `${settings?.host}:${settings?.port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Cannot start: ${address} is in use by another process: stop it, or set PORT to another port`;
    case 'EACCES':
      return `Cannot start: this user may not listen on ${address}: set PORT to 1024 or more`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `Cannot start: HOST=${settings?.host} is not an address of this machine: set HOST to one`;
    default:
      return code === undefined ? `Cannot start: ${stack ?? message}` : `Cannot start: ${message}`;
  }
}
