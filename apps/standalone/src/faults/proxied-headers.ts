/** Headers as Node's `rawHeaders`: names and values in turn. */
type RawHeaders = readonly string[];

/** Headers of one connection, which a proxy does not pass on (RFC 9110, section 7.6.1). The body is framed as it was. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);

export function withoutHopByHop(headers: RawHeaders): string[] {
  return filter(headers, (name) => !HOP_BY_HOP.has(name));
}

/** With the host of the page, so that the service takes a request of the page for a same-origin one, as without the proxy. */
export function withHost(headers: RawHeaders, host: string): string[] {
  return ['Host', host, ...filter(headers, (name) => name !== 'host')];
}

function filter(headers: RawHeaders, keeps: (name: string) => boolean): string[] {
  return headers.filter((_, index) => keeps((headers[index - (index % 2)] ?? '').toLowerCase()));
}
