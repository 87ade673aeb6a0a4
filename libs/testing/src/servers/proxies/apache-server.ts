import { type ProxyServer, type ProxyServerOptions, startProxy } from './proxy-server';

export interface ApacheOptions extends ProxyServerOptions {
  /** What a site's file would hold, in a separate `<VirtualHost>`. */
  readonly site: string;
  /** Modules that `a2enmod` would add to those a new installation has, such as `proxy`. */
  readonly modules?: readonly string[];
}

const APACHE_INSTALL = 'sudo apt-get install -y apache2-bin';

/** Those a new installation of Debian 12 has enabled and that have a say in what a proxy does. */
const DEBIAN_MODULES = ['mpm_event', 'authz_core', 'deflate', 'env', 'filter', 'reqtimeout', 'setenvif'];

/** Of Debian 12's `apache2.conf`, `mpm_event.conf`, `reqtimeout.conf` and `deflate.conf`, what has a say in what a proxy does. */
const DEBIAN_CONF = `
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
StartServers 2
MinSpareThreads 25
MaxSpareThreads 75
ThreadLimit 64
ThreadsPerChild 25
MaxRequestWorkers 150
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
AddOutputFilterByType DEFLATE text/html text/plain text/xml text/css text/javascript
AddOutputFilterByType DEFLATE application/x-javascript application/javascript application/ecmascript
AddOutputFilterByType DEFLATE application/rss+xml
AddOutputFilterByType DEFLATE application/wasm
AddOutputFilterByType DEFLATE application/xml
`;

/** A real Apache with Debian's modules and settings and one site. */
export function startApache({ site, modules = [], ...options }: ApacheOptions): Promise<ProxyServer> {
  return startProxy(
    {
      command: 'apache2',
      install: APACHE_INSTALL,
      conf: ({ port, dir }) => `
ServerRoot ${dir}
DefaultRuntimeDir ${dir}
PidFile ${dir}/apache.pid
ServerName localhost
Listen 127.0.0.1:${port}
Mutex posixsem
ErrorLog "|/bin/cat"
${[...DEBIAN_MODULES, ...modules].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${asUser()}
${DEBIAN_CONF}
<VirtualHost 127.0.0.1:${port}>
${site}
</VirtualHost>
`,
      args: ({ confFile }) => ['-DFOREGROUND', '-f', confFile],
    },
    options,
  );
}

/** Apache refuses to serve as root: its children become another user then. */
function asUser(): string {
  return process.getuid?.() === 0 ? 'User nobody\nGroup nogroup' : '';
}
