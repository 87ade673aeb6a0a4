import { type ProxyServer, type ProxyServerOptions, startProxy } from './proxy-server';

export interface SquidOptions extends ProxyServerOptions {
  /** The lines after those that keep it in its folder. */
  readonly conf: string;
}

const SQUID_INSTALL = 'sudo apt-get install -y squid';

/** A real Squid, without a cache on disk, and with these lines; `${PORT}` in them is its port. */
export function startSquid({ conf, ...options }: SquidOptions): Promise<ProxyServer> {
  return startProxy(
    {
      command: 'squid',
      install: SQUID_INSTALL,
      conf: ({ port, dir }) => `
pid_filename none
access_log none
cache_log /dev/null
coredump_dir ${dir}
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
${conf.replaceAll('${PORT}', String(port))}
`,
      // Without its processes for disks and workers, and with what it says on stderr.
      args: ({ confFile }) => ['-N', '-d', '1', '-f', confFile],
    },
    options,
  );
}
