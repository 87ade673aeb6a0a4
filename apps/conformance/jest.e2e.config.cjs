/** `nx e2e conformance`: against services that it starts, with their message logs in a real Redis. */
module.exports = {
  displayName: 'conformance-redis',
  preset: '../../tools/jest-preset.cjs',
  testMatch: ['<rootDir>/test/**/*.e2e.test.ts'],
};
