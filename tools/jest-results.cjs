const fs = require('node:fs');
const path = require('node:path');

/**
 * Writes what a Jest run really did to `$TETRACAST_RESULTS/<project>.json`, so that the totals of `npm test` are counted
 * and never read off the screen. Without the variable it does nothing.
 */
module.exports = class ResultsReporter {
  constructor(globalConfig) {
    this.project = path.basename(globalConfig.rootDir);
  }

  onRunComplete(_contexts, results) {
    const folder = process.env.TETRACAST_RESULTS;
    if (!folder) return;
    const counts = {
      project: this.project,
      passed: results.numPassedTests,
      // A file that could not even be loaded ran no test, and is a failure all the same.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `${this.project}.json`), `${JSON.stringify(counts)}\n`);
  }
};
