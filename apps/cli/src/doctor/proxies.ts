/** Reverse proxies whose lines of configuration the doctor knows. */
export const PROXY_NAMES = ['nginx', 'HAProxy', 'Apache', 'Squid', 'Varnish', 'lighttpd'] as const;

export type ProxyName = (typeof PROXY_NAMES)[number];

/** How each one names itself in `Server`, `Via` or a header that only it has; HAProxy does not. */
const SIGNS: Readonly<Record<ProxyName, RegExp>> = {
  nginx: /nginx|openresty/i,
  HAProxy: /haproxy/i,
  Apache: /apache/i,
  Squid: /squid/i,
  Varnish: /varnish/i,
  lighttpd: /lighttpd/i,
};

/** The proxies that have named themselves. */
export function proxiesIn(seen: Iterable<string>): ProxyName[] {
  const text = [...seen].join('\n');
  return PROXY_NAMES.filter((name) => SIGNS[name].test(text));
}
