import { apache } from './apache';
import { haproxy } from './haproxy';
import { lighttpd } from './lighttpd';
import { nginx } from './nginx';
import { squid } from './squid';
import { varnish } from './varnish';

export { nginx };
export { type ProxyUnderTest, startWith } from './proxy-under-test';

/** But nginx. */
export const otherProxies = [haproxy, apache, squid, varnish, lighttpd] as const;
