#!/usr/bin/env node
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { setMaxListeners } from 'node:events';
import { EXIT } from './exit-codes';
import { run } from './program';

const { stdin, stdout, stderr, env, argv } = process;
const ending = new AbortController();
/** Of the signal that ends the command. */
let exitCode: number | undefined;

// Every client of a bench listens to it.
setMaxListeners(0, ending.signal);
for (const [signal, code] of [
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
] as const) {
  process.once(signal, () => {
    exitCode = code;
    ending.abort();
  });
}
// `tetracast sub news | head -3` ends here.
for (const stream of [stdout, stderr]) stream.on('error', () => ending.abort());

void run(argv.slice(2), { stdin, stdout, stderr, env, runtime: nodeRuntime, signal: ending.signal }).then((code) => {
  process.exitCode = exitCode ?? code;
  // A pipe that stays open would keep the process.
  stdin.destroy();
});
