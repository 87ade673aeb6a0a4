import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from './marks';
import { BUILT } from './places';
import { drawProfile } from './profile';
import { toChart } from './report/chart';
import { keepEarlier } from './report/keep-earlier';
import { describeMachine, type Machine } from './report/machine';
import { toMarkdown } from './report/markdown';
import { type Result, runRounds } from './rounds';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';
import type { System } from './system';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: join(BUILT, 'results') },
    only: { type: 'string', default: '' },
    before: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    profile: { type: 'string' },
    publishers: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});

/**
 * `[scenario…] [--quick] [--rounds N] [--out folder] [--only text in a system's name] [--minutes of a soak]`; prints the tables,
 * writes them as files. `--before folder`: also what an earlier commit has built there, in the same rounds. `--keep` keeps the
 * figures in the folder for the scenarios that it does not run. `--profile name [--publishers N]` draws a flame graph (profile.ts)
 * instead.
 */
async function main(): Promise<void> {
  const { quick, out, only, before, profile } = values;
  if (profile !== undefined) {
    process.stdout.write(`${await drawProfile(profile, Number(values.publishers), out)}\n`);
    return;
  }
  const rounds = quick ? 1 : Number(values.rounds);
  const unknown = positionals.filter((wanted) => !SCENARIOS.some(({ name }) => name === wanted));
  if (unknown.length > 0)
    throw new Error(`No such scenario: ${unknown.join(', ')}. ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  const isMeant = ({ name, transport }: System): boolean => `${transport} ${name}`.includes(only);
  const withBefore = (system: System): System[] => {
    const other = before === undefined ? undefined : system.builtIn?.(resolve(before));
    return other === undefined ? [system] : [system, other];
  };
  const earlier = values.keep ? await readReport(out) : undefined;
  const run: Result[] = [];
  for (const scenario of SCENARIOS) {
    if (positionals.length > 0 ? !positionals.includes(scenario.name) : scenario.alone === true) continue;
    const wanted = ((quick ? scenario.inShort : undefined) ?? scenario.systems).filter(isMeant).flatMap(withBefore);
    const chosen: Scenario = { ...scenario, systems: wanted, inShort: wanted };
    const pace = { quick, minutes: Number(values.minutes) };
    const times = scenario.alone === true ? 1 : rounds;
    run.push(await runRounds(chosen, times, pace, (line) => process.stderr.write(`${line}\n`)));
  }
  const machine = describeMachine();
  const names = SCENARIOS.map(({ name }) => name);
  const results = earlier === undefined ? run : keepEarlier(run, earlier, names);
  const markdown = toMarkdown(results, machine, rounds);
  const json = { machine, rounds, results, marks: judge(results) };
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'results.md'), markdown);
  await writeFile(join(out, 'results.json'), `${JSON.stringify(json, null, 2)}\n`);
  for (const result of run) await writeFile(join(out, `${result.name}.svg`), toChart(result));
  process.stdout.write(markdown);
}

async function readReport(out: string): Promise<{ machine: Machine; results: Result[] }> {
  return JSON.parse(await readFile(join(out, 'results.json'), 'utf8')) as { machine: Machine; results: Result[] };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
