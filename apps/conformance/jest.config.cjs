/** `nx test conformance`: against services that it starts, one file per message log, side by side. */
module.exports = {
  displayName: 'conformance',
  preset: '../../tools/jest-preset.cjs',
  testPathIgnorePatterns: ['/deployment\\.'],
  maxWorkers: 2,
  reporters: ['default', '../../tools/jest-results.cjs', './table-reporter.cjs'],
};
