/** Needs the commits of the past, which a shallow clone does not have. */
module.exports = {
  displayName: 'upgrade',
  preset: '../../tools/jest-preset.cjs',
  testMatch: ['<rootDir>/test/upgrade/**/*.e2e.test.ts'],
};
