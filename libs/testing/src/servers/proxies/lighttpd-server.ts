import { type ProxyServer, type ProxyServerOptions, startProxy } from './proxy-server';

export interface LighttpdOptions extends ProxyServerOptions {
  /** Modules besides those that are always there, such as `mod_proxy`. */
  readonly modules?: readonly string[];
  /** The lines after those that name its port and its modules. */
  readonly conf: string;
}

const LIGHTTPD_INSTALL = 'sudo apt-get install -y lighttpd';

/** A real lighttpd with these modules and lines. */
export function startLighttpd({ conf, modules = [], ...options }: LighttpdOptions): Promise<ProxyServer> {
  return startProxy(
    {
      command: 'lighttpd',
      install: LIGHTTPD_INSTALL,
      conf: ({ port, dir }) => `
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${dir}"
server.upload-dirs = ( "${dir}" )
server.modules = ( ${modules.map((name) => `"${name}"`).join(', ')} )
${conf}
`,
      args: ({ confFile }) => ['-D', '-f', confFile],
    },
    options,
  );
}
