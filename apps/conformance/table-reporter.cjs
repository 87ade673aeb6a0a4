const { tableOf } = require('./table.cjs');

/** Prints the table of the whole run at its end, and under it what failed and with which client. */
module.exports = class TableReporter {
  onRunComplete(_contexts, { testResults }) {
    // By path, not in the order in which the files came to their end.
    const files = testResults.toSorted((a, b) => (a.testFilePath < b.testFilePath ? -1 : 1));
    const tests = files.flatMap((file) => file.testResults);
    const failed = tests.filter(({ status }) => status === 'failed');
    const broken = files.filter(({ testExecError }) => testExecError !== undefined && testExecError !== null);
    const table = tableOf(tests);
    if (table !== '') console.log(`\n${table}\n`);
    for (const { ancestorTitles, title } of failed) console.log(`failed: ${[...ancestorTitles, title].join(' › ')}`);
    for (const { testFilePath } of broken) console.log(`failed: ${testFilePath} could not be run`);
  }
};
