import { type ProxyServer, type ProxyServerOptions, startProxy } from './proxy-server';

export interface VarnishOptions extends ProxyServerOptions {
  /** The whole program, in VCL. */
  readonly vcl: string;
}

const VARNISH_INSTALL = 'sudo apt-get install -y varnish gcc libc6-dev';

/** A real Varnish with 8 MiB of memory; it compiles the program, which takes a second. */
export function startVarnish({ vcl, ...options }: VarnishOptions): Promise<ProxyServer> {
  return startProxy(
    {
      command: 'varnishd',
      install: VARNISH_INSTALL,
      conf: () => vcl,
      args: ({ confFile, dir, port }) => {
        const listen = `127.0.0.1:${port}`;
        return ['-F', '-f', confFile, '-a', listen, '-n', `${dir}/work`, '-s', 'malloc,8m', '-T', 'none', '-j', 'none'];
      },
    },
    options,
  );
}
