import { nodeRuntime } from '@tetracast/node-io/runtime';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { NO_LIMITS } from '@tetracast/testing';
import type { Change } from '../../src/doctor/remedies';
import type { Finding, Problem } from '../../src/doctor/problems';
import { type Outcome, cli } from '../run-cli';

const AUTH_SECRET = 'a secret of at least thirty-two bytes, for the tests';

/** Channels that begin so are for clients without a token. */
export const OPEN = 'open:';

/** A server that wants tokens. */
export function startServer(): Promise<TestService> {
  const open = { PUBLIC_SUBSCRIBE: `${OPEN}*`, PUBLIC_PUBLISH: `${OPEN}*` };
  return startService(plugins, { ...NO_LIMITS, POLL_RATE: '0/0/0', AUTH_SECRET, ...open });
}

/** A token for an hour, which was made `ageS` seconds ago. */
export async function mintToken({ subscribe = '*', secret = AUTH_SECRET, ageS = 0 } = {}): Promise<string> {
  const runtime = { ...nodeRuntime, now: () => Date.now() - ageS * 1000 };
  const claims = ['--sub', 'doctor', '--subscribe', subscribe, '--publish', '*'];
  return (await cli(['token', 'mint', ...claims, '--secret', secret], { runtime })).out.trim();
}

export interface Report {
  readonly code: number;
  readonly proxies: readonly string[];
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
  readonly remedies: readonly {
    readonly problem: Problem;
    readonly what: string;
    readonly changes: readonly (readonly [proxy: string, changes: readonly Change[]])[];
  }[];
}

/** What the doctor says of `url`, of a machine so slow that only a wait of `patience` seconds is proof. */
export async function examine(
  url: string,
  token: string,
  { idle = 0, patience = 60, more = [] }: { idle?: number; patience?: number; more?: readonly string[] } = {},
): Promise<Report> {
  const times = ['--idle', String(idle), '--patience', String(patience)];
  const { code, out, err }: Outcome = await cli(['doctor', url, '--token', token, ...times, '--json', ...more]);
  if (out === '') throw new Error(err);
  const { findings, ...rest } = JSON.parse(out) as Omit<Report, 'code' | 'problems'>;
  return { ...rest, code, findings, problems: findings.flatMap(({ problem }) => problem ?? []) };
}
