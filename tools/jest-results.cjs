const fs = require('node:fs');
const path = require('node:path');

const EXIT_LIMIT_MS = 15_000;

/**
 * Writes what a Jest run really did to `$TETRACAST_RESULTS/<project>.json`, so that the totals of `npm test` are counted
 * and never read off the screen; without the variable it writes nothing. A run that something left open keeps from
 * ending becomes a failure that says what, where Jest would wait for ever.
 */
module.exports = class ResultsReporter {
  constructor(globalConfig) {
    this.project = path.basename(globalConfig.rootDir);
    this.watches = globalConfig.watch || globalConfig.watchAll;
  }

  onRunComplete(_contexts, results) {
    const counts = {
      project: this.project,
      passed: results.numPassedTests,
      // A file that could not even be loaded ran no test, and is a failure all the same.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    write(counts);
    if (this.watches) return;
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ');
      console.error(`${this.project}: the tests are over but left something open, so the run does not end: ${open}`);
      write({ ...counts, failed: counts.failed + 1 });
      process.exit(1);
    }, EXIT_LIMIT_MS).unref();
  }
};

function write(counts) {
  const folder = process.env.TETRACAST_RESULTS;
  if (!folder) return;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, `${counts.project}.json`), `${JSON.stringify(counts)}\n`);
}
