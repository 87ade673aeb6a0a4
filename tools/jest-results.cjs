const fs = require('node:fs');
const path = require('node:path');
const { stripVTControlCharacters } = require('node:util');

const ROOT = path.join(__dirname, '..');
const EXIT_LIMIT_MS = 15_000;

/**
 * Writes what a Jest run really did to `$TETRACAST_RESULTS/<project>.json`, one file per project, so that the totals of
 * `npm test` are counted and never read off the screen, and what failed can be repeated at the end; without the variable
 * it writes nothing. A run that something left open keeps from ending becomes a failure that says what, where Jest would
 * wait for ever.
 */
module.exports = class ResultsReporter {
  constructor(globalConfig) {
    this.watches = globalConfig.watch || globalConfig.watchAll;
  }

  onRunComplete(_contexts, { testResults }) {
    const projects = new Map();
    for (const file of testResults) {
      const name = file.displayName.name;
      if (!projects.has(name)) projects.set(name, { project: name, passed: 0, failed: 0, skipped: 0, failures: [] });
      addTo(projects.get(name), file);
    }
    projects.forEach(write);
    if (this.watches || projects.size === 0) return;
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ');
      console.error(`The tests are over but left something open, so the run does not end: ${open}`);
      const [counts] = projects.values();
      counts.failed++;
      counts.failures.push({ name: 'the run does not end', message: `left open: ${open}` });
      write(counts);
      process.exit(1);
    }, EXIT_LIMIT_MS).unref();
  }
};

function addTo(counts, file) {
  counts.passed += file.numPassingTests;
  // A file that could not even be loaded ran no test, and is a failure all the same.
  counts.failed += file.numFailingTests + (file.testExecError ? 1 : 0);
  counts.skipped += file.numPendingTests + file.numTodoTests;
  counts.failures.push(...failuresOf(file));
}

/** One `{name, message}` per failed test, and one for a file that could not be loaded. */
function failuresOf({ testFilePath, testExecError, failureMessage, testResults }) {
  const file = path.relative(ROOT, testFilePath);
  if (testExecError) return [{ name: file, message: toPlainText(failureMessage ?? testExecError.message) }];
  return testResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => ({
      name: `${file}: ${fullName}`,
      message: toPlainText(failureMessages.join('\n')),
    }));
}

/** Without colours and the runner's own part of the stack. */
function toPlainText(text) {
  const lines = stripVTControlCharacters(String(text)).split('\n');
  return lines.filter((line) => !/^\s+at .*node_modules\/jest-/.test(line)).join('\n');
}

function write(counts) {
  const folder = process.env.TETRACAST_RESULTS;
  if (!folder) return;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, `${counts.project}.json`), `${JSON.stringify(counts)}\n`);
}
