/** `nx e2e bench`: every scenario, in short. */
module.exports = {
  displayName: 'bench-quick',
  preset: '../../tools/jest-preset.cjs',
  testMatch: ['<rootDir>/test/**/*.e2e.test.ts'],
};
