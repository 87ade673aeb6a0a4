import type { Problem } from '../problems';
import type { ProxyName } from '../proxies';
import { APACHE } from './apache';
import type { Change, Remedies } from './change';
import { HAPROXY } from './haproxy';
import { LIGHTTPD } from './lighttpd';
import { NGINX } from './nginx';
import { SQUID } from './squid';
import { VARNISH } from './varnish';

const BY_PROXY: Readonly<Record<ProxyName, Remedies>> = {
  nginx: NGINX,
  HAProxy: HAPROXY,
  Apache: APACHE,
  Squid: SQUID,
  Varnish: VARNISH,
  lighttpd: LIGHTTPD,
};

/** @param backend the server's own address, `host:port`, as the proxy reaches it */
export function changesFor(problem: Problem, proxy: ProxyName, backend: string): readonly Change[] {
  const { hostname, port } = new URL(`http://${backend}`);
  const fill = (line: string): string =>
    line.replaceAll('BACKEND_HOST', hostname).replaceAll('BACKEND_PORT', port || '80');
  return (BY_PROXY[proxy][problem] ?? []).map((change) =>
    change.add === undefined ? change : { ...change, add: change.add.map(fill) },
  );
}

export type { Change } from './change';
