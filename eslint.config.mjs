import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

import { depConstraints } from './tools/boundaries.mjs';

// ESLint has the rules that Oxlint lacks. All others are in .oxlintrc.json.

// An override replaces the whole rule, so every block is built here, from the one table.
const boundaries = (part) => [
  'error',
  { allow: [], enforceBuildableLibDependency: false, depConstraints: depConstraints(part) },
];

export default [
  { ignores: ['**/node_modules/', '**/dist/', '**/out-tsc/', '.nx/', '**/*.min.js'] },
  // Comments that disable rules are Oxlint's matter.
  { linterOptions: { reportUnusedDisableDirectives: 'off' } },
  {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { '@nx': nx, '@typescript-eslint': tseslint.plugin },
    rules: { '@nx/enforce-module-boundaries': boundaries('src') },
  },
  { files: ['**/test/**/*.ts'], rules: { '@nx/enforce-module-boundaries': boundaries('test') } },
  {
    files: ['{apps,examples,libs}/*/src/**/*.ts'],
    // The same exceptions as for `no-restricted-properties` in .oxlintrc.json.
    ignores: [
      'libs/node-io/src/**',
      '**/src/testing/**',
      'libs/testing/src/**',
      'libs/client/src/environment.ts',
      'apps/bench/src/**',
      'libs/server/src/**',
      'apps/standalone/src/{demo-model,faults}/**',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'Take the time from a Runtime (libs/node-io/src/runtime.ts) that is passed in.',
        },
      ],
    },
  },
];
