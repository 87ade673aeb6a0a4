const fs = require('node:fs');
const path = require('node:path');

const { testTimeout } = require('./jest-preset.cjs');

const ROOT = path.join(__dirname, '..');

/** Every project's tests in one run, which shares its workers among them. */
module.exports = {
  projects: ['apps', 'examples', 'libs']
    .flatMap((group) => fs.readdirSync(path.join(ROOT, group)).map((folder) => path.join(ROOT, group, folder)))
    .concat(__dirname)
    .flatMap((folder) => ['jest.config.cjs', 'jest.e2e.config.cjs'].map((file) => path.join(folder, file)))
    .filter((file) => fs.existsSync(file)),
  reporters: ['default', path.join(__dirname, 'jest-results.cjs')],
  // Jest takes it from here, not from the projects.
  testTimeout,
  testSequencer: path.join(__dirname, 'suites-first.cjs'),
  // More than cores, since many tests wait for a server or a browser.
  maxWorkers: 4,
  // A worker's heap grows with each file; a fresh worker collects less garbage.
  workerIdleMemoryLimit: '1500MB',
};
