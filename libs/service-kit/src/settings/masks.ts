import { readApiKeys } from './setting-readers';

export function maskAll(given: string): string {
  return given === '' ? '' : '***';
}

/** Masks user and password of a URL, and passwords in its query, with any characters in them. */
export function maskCredentials(url: string): string {
  return url.replace(/\/\/.*@/, '//***@').replace(/(password=)[^&]*/g, '$1***');
}

/** Masks the keys. In a text of another form anything may be a key. */
export function maskApiKeys(given: string): string {
  return readApiKeys(given) === undefined ? '***' : given.replace(/=[^/]*/g, '=***');
}
