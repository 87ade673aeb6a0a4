import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuUs } from './cpu';
import { LOAD_CORE } from './load';
import { BENCH } from './places';

export interface AnswersOptions {
  /** Where answers are asked for. */
  readonly url: string;
  /** At the same time. */
  readonly answers: number;
  readonly words: number;
  readonly wordsPerSecond: number;
  /** How long it is measured. */
  readonly seconds: number;
}

export interface AnswersFigures {
  /** What came while it was measured. */
  readonly words: number;
  readonly messages: number;
  /** From the request to the first word of each answer that was asked for meanwhile. */
  readonly firstMs: readonly number[];
  /** All that ended, and the words that they lacked. */
  readonly ended: number;
  readonly missing: number;
  /** Processor time of the readers. */
  readonly cpuUs: number;
  /** Processor time of the processes that were named. */
  readonly serverCpuUs: number;
}

/** Reads answers in a separate process, on the load's core. @throws when the readers cannot do their work */
export async function readAnswers(options: AnswersOptions, pids: readonly number[]): Promise<AnswersFigures> {
  const script = join(BENCH, 'answers/readers.mjs');
  const args = ['-c', String(LOAD_CORE), process.execPath, script, JSON.stringify(options)];
  const readers = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(readers, 'exit');
  let [beforeUs, serverCpuUs] = [0, 0];
  let last = '';
  for await (const line of createInterface(readers.stdout)) {
    if (line === 'begin') beforeUs = cpuUs(pids);
    else if (line === 'end') serverCpuUs = cpuUs(pids) - beforeUs;
    else last = line;
  }
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error(`the readers of ${options.url} ended with ${String(code)}`);
  return { ...(JSON.parse(last) as Omit<AnswersFigures, 'serverCpuUs'>), serverCpuUs };
}
