import { configuredKeys, isLoopback } from '@tetracast/session';
import { ACCESS_SETTINGS } from './access-settings';
import type { Settings } from './settings';

/** Finds settings that are valid but contradict each other. `settings` has no invalid ones. */
export function findContradictions(settings: Partial<Settings>): string[] {
  const { host, access, busUrl, workers, maxMemoryBytes, maxMessageBytes } = settings;
  const problems: string[] = [];
  const hasKeys = configuredKeys(settings) !== undefined;
  if (host !== undefined && access === '' && !hasKeys && !isLoopback(host)) {
    problems.push(
      `HOST=${host} lets other machines use the service: set AUTH_SECRET, AUTH_PUBLIC_KEY or AUTH_JWKS_URL to require tokens, or ACCESS=open to allow all clients`,
    );
  }
  if (!hasKeys) problems.push(...findUncheckable(settings));
  problems.push(...findForgottenRevocations(settings));
  const { webhookUrl = '', webhookSecret = '' } = settings;
  if (webhookUrl !== '' && webhookSecret === '')
    problems.push('WEBHOOK_URL needs a secret that signs what is sent there: set WEBHOOK_SECRET');
  if (busUrl === 'memory:' && workers !== undefined && workers > 1) {
    problems.push(
      `WORKERS=${workers} needs a message log that all workers share: set BUS_URL=redis://…, because in memory each worker has its own`,
    );
  }
  if (maxMemoryBytes !== undefined && maxMessageBytes !== undefined && maxMemoryBytes < maxMessageBytes * 2) {
    problems.push(
      `MAX_MEMORY_BYTES=${maxMemoryBytes} is too small for messages of MAX_MESSAGE_BYTES=${maxMessageBytes}: set at least twice as much`,
    );
  }
  return problems;
}

/** Requirements on tokens in a service without a key. */
function findUncheckable({ authAlgorithms = [], authIssuer = '', authAudience = '' }: Partial<Settings>): string[] {
  const required = [
    ...(authAlgorithms.length > 0 ? [ACCESS_SETTINGS.authAlgorithms.env] : []),
    ...(authIssuer === '' ? [] : [ACCESS_SETTINGS.authIssuer.env]),
    ...(authAudience === '' ? [] : [ACCESS_SETTINGS.authAudience.env]),
  ];
  return required.map(
    (env) => `${env} needs a key to verify tokens: set AUTH_SECRET, AUTH_PUBLIC_KEY or AUTH_JWKS_URL`,
  );
}

/** A `REVOCATION_TTL` so short that the service would accept revoked tokens again, although their age is limited. */
function findForgottenRevocations({ maxTokenAgeMs, revocationTtlMs, authLeewayMs }: Partial<Settings>): string[] {
  if (maxTokenAgeMs === undefined || revocationTtlMs === undefined || authLeewayMs === undefined) return [];
  // The clock of the issuer may be ahead, and the clock of the service behind.
  const leastMs = maxTokenAgeMs + 2 * authLeewayMs;
  if (maxTokenAgeMs === 0 || revocationTtlMs >= leastMs) return [];
  return [
    `REVOCATION_TTL=${revocationTtlMs}ms is shorter than MAX_TOKEN_AGE=${maxTokenAgeMs}ms and twice AUTH_LEEWAY=${authLeewayMs}ms: set at least ${leastMs}ms, or the service accepts revoked tokens again`,
  ];
}
