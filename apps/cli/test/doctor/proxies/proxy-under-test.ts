import type { Change } from '../../../src/doctor/remedies';
import type { Problem } from '../../../src/doctor/problems';
import type { ProxyName } from '../../../src/doctor/proxies';

export type RunningProxy = AsyncDisposable & { readonly url: string };

/** A real proxy before the server, in a configuration with which everything works, and faults to plant in it. */
export interface ProxyUnderTest {
  readonly name: ProxyName;
  /** In each part that changes name there is a line `# <part>`; `BACKEND_HOST` and `BACKEND_PORT` stand for the server. */
  readonly conf: string;
  readonly faults: Readonly<Partial<Record<Problem, readonly Change[]>>>;
  /** @param conf with the address of the server */
  readonly start: (conf: string) => Promise<RunningProxy>;
}

/** The configuration without the lines that the changes remove, and with those that they add. */
function apply(conf: string, changes: readonly Change[]): string {
  return changes.reduce((before, { in: part, remove = [], add = [] }) => {
    const lines = before.split('\n').filter((line) => !remove.some((start) => line.trim().startsWith(start)));
    const at = lines.findIndex((line) => line.trim() === `# ${part}`);
    if (at < 0) throw new Error(`the configuration has no part "${part}"`);
    return [...lines.slice(0, at + 1), ...add, ...lines.slice(at + 1)].join('\n');
  }, conf);
}

export function startWith(proxy: ProxyUnderTest, changes: readonly Change[], backend: URL): Promise<RunningProxy> {
  const conf = apply(proxy.conf, changes);
  return proxy.start(conf.replaceAll('BACKEND_HOST', backend.hostname).replaceAll('BACKEND_PORT', backend.port));
}
