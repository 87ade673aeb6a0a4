import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import globals from 'globals';
import tseslint from 'typescript-eslint';

import { depConstraints } from './tools/boundaries.mjs';

const maxLines = (max) => ['error', { max, skipBlankLines: true, skipComments: true }];

// An override replaces the whole rule, so every block is built here, from the one table.
const boundaries = (alsoMayImport) => [
  'error',
  { allow: [], enforceBuildableLibDependency: false, depConstraints: depConstraints(alsoMayImport) },
];

/** Their code uses clocks, timers, randomness and sockets directly. All other code of services takes them from a `Runtime`. */
const withGlobals = [
  'libs/node-io/src/**',
  '**/src/testing/**',
  'libs/testing/src/**',
  'apps/bench/src/**',
  // Runs in the processes of others, and has no Runtime there.
  'libs/server/src/**',
  // A proxy of a developer's machine: sockets and delays are all it is.
  'apps/standalone/src/faults/**',
];

const passRuntime = 'Take it from a Runtime (libs/node-io/src/runtime.ts) that is passed in.';

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/out-tsc/', '.nx/', '**/*.min.js'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  eslint.configs.recommended,
  {
    rules: {
      'max-lines': maxLines(250),
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries([]),
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // It asks for the `!` that `no-non-null-assertion` forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // A Fastify plugin and a handler are async by contract, whether they wait for something or not.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
    },
  },
  {
    files: ['{apps,examples,libs}/*/src/**/*.ts'],
    ignores: withGlobals,
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'setImmediate',
          'clearImmediate',
          'performance',
        ],
      ].map((name) => (name === 'error' ? name : { name, message: passRuntime })),
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: passRuntime },
        { object: 'Math', property: 'random', message: passRuntime },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: passRuntime },
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            ...['tls', 'dgram', 'http', 'https', 'timers', 'timers/promises', 'perf_hooks'].map((name) => ({
              name: `node:${name}`,
              message: passRuntime,
              allowTypeImports: true,
            })),
            // `isIP` and its like do not open sockets.
            {
              name: 'node:net',
              importNames: ['connect', 'createConnection', 'createServer', 'Server', 'Socket'],
              message: passRuntime,
              allowTypeImports: true,
            },
            {
              name: 'node:crypto',
              importNames: ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'],
              message: passRuntime,
            },
          ],
          patterns: [{ group: ['@tetracast/*/testing'], message: 'Only tests use the fakes of a library.' }],
        },
      ],
    },
  },
  // `declare module '*.lua'` has no other way to say it.
  { files: ['**/*.d.ts'], rules: { 'no-restricted-exports': 'off' } },
  // VitePress takes its configuration and its theme as default exports.
  { files: ['apps/docs/.vitepress/**'], rules: { 'no-restricted-exports': 'off' } },
  { files: ['apps/*/src/**', 'examples/*/src/**'], rules: { 'max-lines': maxLines(150) } },

  {
    files: ['**/test/**/*.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(['testing', 'example']),
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Contract suites and helpers named expectX assert for the tests that call them.
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect*', '**.expect*', 'fc.assert'] }],
      // A contract suite is exported, and takes the title of the implementation it runs on.
      'jest/no-export': 'off',
      'jest/valid-title': ['error', { ignoreTypeOfDescribeName: true, ignoreTypeOfTestName: true }],
      'jest/no-disabled-tests': 'error',
      'jest/no-commented-out-tests': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'it', property: 'todo', message: 'Write the test.' },
        { object: 'test', property: 'todo', message: 'Write the test.' },
      ],
    },
  },

  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: globals.node },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['apps/web/src/public/**/*.js'],
    languageOptions: { globals: { ...globals.browser, io: 'readonly', $: 'readonly', jQuery: 'readonly' } },
    rules: { 'no-console': 'off' },
  },

  // One file per language holds every text of the page.
  { files: ['apps/web/src/public/texts/*.js'], rules: { 'max-lines': maxLines(250) } },

  prettier,
);
