import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUILT } from './places';
import { toChart } from './report/chart';
import { describeMachine } from './report/machine';
import { toMarkdown } from './report/markdown';
import { type Result, runRounds } from './rounds';
import { SCENARIOS } from './scenarios';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: join(BUILT, 'results') },
    only: { type: 'string', default: '' },
  },
});

/** `[scenario…] [--quick] [--rounds N] [--out folder] [--only text in a system's name]`; prints the tables, writes them as files. */
async function main(): Promise<void> {
  const { quick, out, only } = values;
  const rounds = quick ? 1 : Number(values.rounds);
  const unknown = positionals.filter((wanted) => !SCENARIOS.some(({ name }) => name === wanted));
  if (unknown.length > 0)
    throw new Error(`No such scenario: ${unknown.join(', ')}. ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  const results: Result[] = [];
  for (const scenario of SCENARIOS) {
    if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
    const systems = scenario.systems.filter(({ name, transport }) => `${transport} ${name}`.includes(only));
    results.push(
      await runRounds({ ...scenario, systems }, rounds, { quick }, (line) => process.stderr.write(`${line}\n`)),
    );
  }
  const machine = describeMachine();
  const markdown = toMarkdown(results, machine, rounds);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'results.md'), markdown);
  await writeFile(join(out, 'results.json'), `${JSON.stringify({ machine, rounds, results }, null, 2)}\n`);
  for (const result of results) await writeFile(join(out, `${result.name}.svg`), toChart(result));
  process.stdout.write(markdown);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
