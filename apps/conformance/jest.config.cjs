/** `nx test conformance`: against services that it starts, one file per message log. */
module.exports = {
  displayName: 'conformance',
  preset: '../../tools/jest-preset.cjs',
  testPathIgnorePatterns: ['/deployment\\.'],
};
