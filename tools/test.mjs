/**
 * `npm test`: the checks of the code and the tests of each jest.config.cjs. `npm run test:e2e`: those of each
 * jest.e2e.config.cjs. Both run all they have even when one fails. `TETRACAST_RESULTS` names the folder for the results
 * (default dist/test-results): `<project>.json` by Jest, `totals.json` with `{passed, failed}`, `failures.txt` with each failed
 * test and the head of its message, when there is one.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { installBinaries } from './binaries.mjs';
import { installDependencies, requireNode, ROOT } from './checkout.mjs';
import { endWithNpm } from './npm-parent.mjs';
import { runGroup } from './run-group.mjs';

const require = createRequire(import.meta.url);

const SILENCE_LIMIT_MS = 30 * 60_000;
/** How much of a failed test's message is repeated at the end. */
const MESSAGE_LINES = 40;

const RESULTS = resolve(process.env.TETRACAST_RESULTS ?? join(ROOT, 'dist/test-results'));

// By path: the package `typescript` is the one whose API ESLint and Nx use, and both have a program `tsc`.
const TSC = 'node_modules/typescript-7/bin/tsc';

const { projects: CONFIGS } = require('./jest-all.config.cjs');
const nameOf = (config) => require(config).displayName;
const isEndToEnd = (config) => config.endsWith('/jest.e2e.config.cjs');
const CODE = CONFIGS.filter((config) => !isEndToEnd(config)).map(nameOf);
const END_TO_END = CONFIGS.filter(isEndToEnd).map(nameOf);
const JEST = 'jest --config tools/jest-all.config.cjs';

const references = { name: 'references', command: 'nx sync:check' };
const build = { name: 'build', command: 'nx run-many -t build' };

// The lanes run side by side: most tests wait for something while the other lane computes. Each stage is one run over the
// whole workspace, which takes half the time of one per project.
const SUITES = {
  code: {
    first: [references, build],
    lanes: [
      [
        {
          name: 'test',
          command: `${JEST} --selectProjects ${CODE.join(' ')}`,
          projects: CODE,
        },
      ],
      [
        { name: 'typecheck', command: `${TSC} --build tsconfig.json` },
        { name: 'format', command: 'prettier --check --log-level=warn .' },
        { name: 'knip', command: 'knip' },
        { name: 'lint', command: 'oxlint' },
        // The rules that Oxlint lacks: which layer may import which.
        { name: 'layers', command: 'eslint .' },
      ],
    ],
  },
  e2e: {
    first: [build],
    lanes: [[{ name: 'e2e', command: `${JEST} --selectProjects ${END_TO_END.join(' ')}`, projects: END_TO_END }]],
  },
};

/** A project whose run left no result did not come to its end, which is one failure. */
function readCounts(project) {
  const file = join(RESULTS, `${project}.json`);
  if (!existsSync(file)) {
    const failures = [{ name: `${project}: the run left no result`, message: 'see its output above' }];
    return { project: `${project} (no result)`, passed: 0, failed: 1, skipped: 0, failures };
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

async function runStage({ name, command, projects = [] }) {
  console.log(`\n── ${name}: ${command}\n`);
  const startedMs = Date.now();
  const [binary, ...args] = command.split(' ');
  const env = { ...process.env, NX_DAEMON: 'false', TETRACAST_RESULTS: RESULTS };
  const program = binary.includes('/') ? binary : join('node_modules/.bin', binary);
  const code = await runGroup(join(ROOT, program), args, {
    env,
    silenceLimitMs: SILENCE_LIMIT_MS,
    prefix: `${name} | `,
  });
  const ok = code === 0;
  const counts = projects.map(readCounts);
  const failedTests = sum(counts, 'failed');
  // A stage can fail with no test to blame; then the stage itself is the one failure.
  const failed = failedTests > 0 || ok ? failedTests : 1;
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  return { name, command, counts, passed: sum(counts, 'passed'), failed, seconds };
}

function report(stages) {
  const line = (name, passed, failed, note = '') =>
    console.log(`${name.padEnd(26)}${String(passed).padStart(7)}${String(failed).padStart(7)}  ${note}`.trimEnd());
  console.log();
  line('project', 'passed', 'failed');
  for (const { project, passed, failed, skipped } of stages.flatMap(({ counts }) => counts)) {
    line(project, passed, failed, skipped > 0 ? `${skipped} skipped` : '');
  }
  console.log();
  line('stage', 'passed', 'failed');
  for (const { name, counts, passed, failed, seconds } of stages) {
    line(name, counts.length > 0 ? passed : '', failed, `${failed > 0 ? 'FAILED' : 'ok'}, ${seconds} s`);
  }
  const totals = { passed: sum(stages, 'passed'), failed: sum(stages, 'failed') };
  line('total', totals.passed, totals.failed);
  return totals;
}

/** What failed and why, in one place: a test's own lines are thousands of lines further up. */
function describeFailures(stages) {
  return stages
    .filter(({ failed }) => failed > 0)
    .flatMap(({ name, command, counts }) => {
      const failures = counts.flatMap((count) => count.failures);
      return failures.length > 0 ? failures : [{ name: `stage ${name}`, message: `${command}: see its output above` }];
    })
    .map(({ name, message }) => `FAILED ${name}\n${indent(message.split('\n').slice(0, MESSAGE_LINES))}\n`)
    .join('\n');
}

const indent = (lines) => lines.map((text) => `    ${text}`.trimEnd()).join('\n');

requireNode();
installDependencies();
if (!installBinaries()) process.exit(1);
endWithNpm();
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });

async function runLane(lane) {
  const done = [];
  for (const stage of lane) done.push(await runStage(stage));
  return done;
}

const { first, lanes } = SUITES[process.argv[2] ?? 'code'];
const stages = [...(await runLane(first)), ...(await Promise.all(lanes.map(runLane))).flat()];
const totals = report(stages);
const failures = describeFailures(stages);
if (failures) {
  console.log(`\n${failures}`);
  writeFileSync(join(RESULTS, 'failures.txt'), failures);
}
writeFileSync(join(RESULTS, 'totals.json'), `${JSON.stringify(totals)}\n`);
process.exitCode = totals.failed > 0 ? 1 : 0;
