/** `nx test conformance`: against services that it starts, with the message log in memory. */
module.exports = {
  displayName: 'conformance',
  preset: '../../tools/jest-preset.cjs',
  testPathIgnorePatterns: ['/deployment\\.'],
};
