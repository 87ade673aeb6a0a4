import { type ProxyServer, type ProxyServerOptions, startProxy } from './proxy-server';

export interface HaproxyOptions extends ProxyServerOptions {
  /** The sections after `defaults`; they bind `127.0.0.1:${PORT}`. */
  readonly conf: string;
}

const HAPROXY_INSTALL = 'sudo apt-get install -y haproxy';

/** Of `/etc/haproxy/haproxy.cfg` as Debian 12 has it, what does not name the machine's own files. */
const DEBIAN_DEFAULTS = `
defaults
  mode http
  option httplog
  option dontlognull
  timeout connect 5000
  timeout client 50000
  timeout server 50000
`;

/** A real HAProxy with Debian's defaults and these sections. */
export function startHaproxy({ conf, ...options }: HaproxyOptions): Promise<ProxyServer> {
  return startProxy(
    {
      command: 'haproxy',
      install: HAPROXY_INSTALL,
      conf: ({ port }) => `${DEBIAN_DEFAULTS}\n${conf.replaceAll('${PORT}', String(port))}\n`,
      args: ({ confFile }) => ['-db', '-f', confFile],
    },
    options,
  );
}
