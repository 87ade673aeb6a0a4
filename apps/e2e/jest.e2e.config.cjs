module.exports = {
  displayName: 'e2e',
  preset: '../../tools/jest-preset.cjs',
  testMatch: ['<rootDir>/test/**/*.e2e.test.ts'],
  testPathIgnorePatterns: ['/test/upgrade/', '/test/faults/answers/answers.e2e.test.ts'],
};
