/**
 * `npm run conformance`: the wire contract on every transport, as a table. `-- http://host:port`, `https://host`, or
 * `TETRACAST_URL`, names a running deployment; without one the services are started here, one file of tests per message log. A
 * namespace after the address, or `TETRACAST_PRESENCE`, is one in which the channels of the deployment have members.
 */
import { join } from 'node:path';

import { installDependencies, requireNode, ROOT } from './checkout.mjs';
import { endWithNpm } from './npm-parent.mjs';
import { runGroup } from './run-group.mjs';

/** `http://host:port` or `https://host:port` without what may stand behind it, or `undefined`. */
function originOf(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return /^https?:$/.test(url?.protocol) && url.pathname === '/' && url.search === '' ? url.origin : undefined;
}

requireNode();
const given = process.argv[2] || process.env.TETRACAST_URL;
const presence = process.argv[3] || process.env.TETRACAST_PRESENCE || '';
const url = given && originOf(given);
if (given && url === undefined) {
  console.error(
    `Not the address of a deployment, which is http://host:port or https://host:port and nothing behind it: ${given}`,
  );
  process.exit(2);
}
installDependencies();

const folder = join(ROOT, 'apps/conformance');
// Without an address the tests of both message logs run.
const tests =
  url === undefined
    ? ['--config', join(folder, 'jest.config.cjs'), '--testMatch', '<rootDir>/test/**/*.test.ts']
    : ['--config', join(folder, 'jest.deployment.config.cjs')];
const reporters = ['default', join(folder, 'table-reporter.cjs')].flatMap((name) => ['--reporters', name]);
const args = [...tests, '--maxWorkers', '2', ...reporters];
endWithNpm();
const code = await runGroup(process.execPath, [join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], {
  env: { ...process.env, ...(url === undefined ? {} : { TETRACAST_URL: url, TETRACAST_PRESENCE: presence }) },
});
process.exitCode = code ?? 1;
