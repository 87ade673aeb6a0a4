/** Without the long matrix of proxies and faults, which `npm run test:doctor` adds. */
module.exports = {
  displayName: 'cli',
  preset: '../../tools/jest-preset.cjs',
  testPathIgnorePatterns: ['/doctor/matrix\\.'],
};
