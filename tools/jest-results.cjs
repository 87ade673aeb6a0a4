const fs = require('node:fs');
const path = require('node:path');
const { stripVTControlCharacters } = require('node:util');

const EXIT_LIMIT_MS = 15_000;

/**
 * Writes what a Jest run really did to `$TETRACAST_RESULTS/<project>.json`, so that the totals of `npm test` are counted
 * and never read off the screen, and what failed can be repeated at the end; without the variable it writes nothing. A run that something left open keeps from
 * ending becomes a failure that says what, where Jest would wait for ever.
 */
module.exports = class ResultsReporter {
  constructor(globalConfig) {
    this.rootDir = globalConfig.rootDir;
    // As `npm test` looks for it.
    this.project = JSON.parse(fs.readFileSync(path.join(this.rootDir, 'package.json'), 'utf8')).nx.name;
    this.watches = globalConfig.watch || globalConfig.watchAll;
  }

  onRunComplete(_contexts, results) {
    const counts = {
      project: this.project,
      passed: results.numPassedTests,
      // A file that could not even be loaded ran no test, and is a failure all the same.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      failures: results.testResults.flatMap((file) => failuresOf(file, this.rootDir)),
    };
    write(counts);
    if (this.watches) return;
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ');
      console.error(`${this.project}: the tests are over but left something open, so the run does not end: ${open}`);
      const failure = { name: `${this.project}: the run does not end`, message: `left open: ${open}` };
      write({ ...counts, failed: counts.failed + 1, failures: [...counts.failures, failure] });
      process.exit(1);
    }, EXIT_LIMIT_MS).unref();
  }
};

/** One `{name, message}` per failed test, and one for a file that could not be loaded. */
function failuresOf({ testFilePath, testExecError, failureMessage, testResults }, rootDir) {
  const file = path.join(path.basename(rootDir), path.relative(rootDir, testFilePath));
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
