import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** `gateway`: one origin for all services. `ports`: each service forwarded on a separate port. */
export type GatewayTemplate = 'gateway' | 'ports';

const ROOT = resolve(__dirname, '..');

/**
 * The nginx.conf of a gateway, made by the image's own script. Shared parts are included from this project's `conf`.
 *
 * @param env settings by name; those left out have the defaults of `settings.env`, whatever this process's environment is
 * @throws when a value could break out of its directive
 */
export function renderGatewayConfig(
  env: Readonly<Record<string, string>>,
  template: GatewayTemplate = 'gateway',
): string {
  return execFileSync('sh', [resolve(ROOT, 'bin/render.sh'), resolve(ROOT, `conf/${template}.conf.template`)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
