/** Against the deployment at `TETRACAST_URL`; tools/conformance.mjs runs it. */
module.exports = {
  displayName: 'conformance',
  preset: '../../tools/jest-preset.cjs',
  testMatch: ['<rootDir>/test/deployment.int.test.ts'],
};
