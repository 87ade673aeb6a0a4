import { AUTH_SETTINGS } from './auth-settings';
import { configuredKeys, isLoopback } from '@tetracast/session';
import type { Settings } from './settings';

/** Settings that are each fine and cannot be meant together. Those that could not be read are absent. */
export function findContradictions(settings: Partial<Settings>): string[] {
  const { host, access, busUrl, workers, windowBytes, maxMessageBytes } = settings;
  const { headersTimeoutMs, requestTimeoutMs, memoryMaxBytes } = settings;
  const problems: string[] = [];
  const hasKeys = configuredKeys(settings) !== undefined;
  if (host !== undefined && access === '' && !hasKeys && !isLoopback(host)) {
    problems.push(
      `HOST=${host} is open to others than this machine: AUTH_SECRET, AUTH_PUBLIC_KEY or AUTH_JWKS_URL says who may use it, or ACCESS=open that everybody may`,
    );
  }
  if (!hasKeys) problems.push(...keylessIn(settings));
  problems.push(...forgottenIn(settings));
  if (busUrl === 'memory:' && workers !== undefined && workers > 1) {
    problems.push(
      `WORKERS=${workers} needs a log that all of them share, BUS_URL=redis://…: in memory each has its own`,
    );
  }
  if (windowBytes !== undefined && maxMessageBytes !== undefined && windowBytes < maxMessageBytes) {
    problems.push(`WINDOW_BYTES=${windowBytes} does not hold one message of MAX_MESSAGE_BYTES=${maxMessageBytes}`);
  }
  if (headersTimeoutMs !== undefined && requestTimeoutMs !== undefined && headersTimeoutMs > requestTimeoutMs) {
    problems.push(
      `HEADERS_TIMEOUT=${headersTimeoutMs}ms is longer than the whole request may take, REQUEST_TIMEOUT=${requestTimeoutMs}ms`,
    );
  }
  if (memoryMaxBytes !== undefined && maxMessageBytes !== undefined && memoryMaxBytes < maxMessageBytes * 2) {
    problems.push(
      `MEMORY_MAX_BYTES=${memoryMaxBytes} has no room for messages of MAX_MESSAGE_BYTES=${maxMessageBytes}: twice that at least`,
    );
  }
  return problems;
}

/** What is asked of tokens where there can be none. */
function keylessIn({ authAlgorithms = [], authIssuer = '', authAudience = '' }: Partial<Settings>): string[] {
  const asked = [
    ...(authAlgorithms.length > 0 ? [AUTH_SETTINGS.authAlgorithms.env] : []),
    ...(authIssuer === '' ? [] : [AUTH_SETTINGS.authIssuer.env]),
    ...(authAudience === '' ? [] : [AUTH_SETTINGS.authAudience.env]),
  ];
  return asked.map((env) => `${env} asks something of tokens, and there is no key to check them with`);
}

/** Tokens that might be good again after they were revoked, although they are not to grow so old. */
function forgottenIn({ tokenAgeMaxMs, revocationTtlMs, authLeewayMs }: Partial<Settings>): string[] {
  if (tokenAgeMaxMs === undefined || revocationTtlMs === undefined || authLeewayMs === undefined) return [];
  // The clock by which it was issued may be ahead, and that by which it ends behind.
  if (tokenAgeMaxMs === 0 || revocationTtlMs >= tokenAgeMaxMs + 2 * authLeewayMs) return [];
  return [
    `REVOCATION_TTL=${revocationTtlMs}ms is over before a revoked token is: TOKEN_AGE_MAX=${tokenAgeMaxMs}ms, and AUTH_LEEWAY=${authLeewayMs}ms twice`,
  ];
}
