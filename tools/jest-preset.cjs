const path = require('node:path');

/** What every project's Jest run shares. A project's jest.config.cjs names it as `preset` and adds nothing but its name; a
 * jest.e2e.config.cjs has the tests of `npm run test:e2e`, by their names. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/!(*.e2e).test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/out-tsc/'],
  transform: {
    '\\.lua$': path.join(__dirname, 'jest-text.cjs'),
    '\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // jose is published as ES modules only, which Jest cannot require as they are.
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json', 'node'],
  restoreMocks: true,
  // The last resort: a wait ends by itself when nothing moves for long (`Progress` in libs/testing), and says for what it waited.
  testTimeout: 120_000,
};
