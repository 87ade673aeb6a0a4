const { default: Sequencer } = require('@jest/test-sequencer');

/** The files that run a whole suite on one service, which take minutes. */
const SUITE = /\/conformance\/test\/|\/contract\.int\.test\.ts$|\/test\/quick\.e2e\.test\.ts$/;

/** Runs {@link SUITE} first, so that no worker ends the run alone with one of them. The rest stays in Jest's order. */
module.exports = class SuitesFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(({ path }) => SUITE.test(path)), ...sorted.filter(({ path }) => !SUITE.test(path))];
  }
};
