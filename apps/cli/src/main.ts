#!/usr/bin/env node
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { EXIT } from './exit-codes';
import { run } from './program';

const { stdin, stdout, stderr, env, argv } = process;
const ending = new AbortController();
let interrupted = false;

process.once('SIGINT', () => {
  interrupted = true;
  ending.abort();
});
process.once('SIGTERM', () => ending.abort());
// `tetracast sub news | head -3` ends here.
stdout.on('error', () => ending.abort());

void run(argv.slice(2), { stdin, stdout, stderr, env, runtime: nodeRuntime, signal: ending.signal }).then((code) => {
  process.exitCode = interrupted ? EXIT.interrupted : code;
  // A pipe that stays open would keep the process.
  stdin.destroy();
});
