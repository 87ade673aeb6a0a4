/** The doctor before six proxies with eight faults of each, and more. */
module.exports = {
  displayName: 'cli',
  preset: '../../tools/jest-preset.cjs',
  testMatch: ['<rootDir>/test/doctor/{nginx,matrix}.int.test.ts'],
};
