/** Answers of a model under faults: see test/faults/answers. */
module.exports = {
  displayName: 'answers',
  preset: '../../tools/jest-preset.cjs',
  testMatch: ['<rootDir>/test/faults/answers/answers.e2e.test.ts'],
};
