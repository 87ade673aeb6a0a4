/**
 * The help of every command in docs/command-line.md, as the program prints it. `node tools/command-line.mjs` says whether it is out
 * of date, `--write` writes it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = 'docs/command-line.md';
const [BEGIN, END] = ['<!-- help -->', '<!-- /help -->'];

const run = (...args) => execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env: {} });

/** The section of a command, and those of the commands below it. */
function sectionsOf(path) {
  const help = run('dist/apps/cli/main.cjs', ...path, '--help').trimEnd();
  const [, list = ''] = help.split('\nCommands:\n');
  const names = [...list.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name).filter((name) => name !== 'help');
  const section = `### ${['tetracast', ...path].join(' ')}\n\n\`\`\`text excerpt\n${help}\n\`\`\`\n`;
  return [section, ...names.flatMap((name) => sectionsOf([...path, name]))];
}

run('tools/bundle.mjs', 'cli');
const text = readFileSync(join(ROOT, PAGE), 'utf8');
const [before, rest] = text.split(BEGIN);
const [, after] = rest.split(END);
const wanted = `${before}${BEGIN}\n\n${sectionsOf([]).join('\n')}\n${END}${after}`;
if (process.argv[2] === '--write') writeFileSync(join(ROOT, PAGE), wanted);
else if (wanted !== text) {
  console.log(`${PAGE} is not what the program prints: run node tools/command-line.mjs --write`);
  process.exitCode = 1;
}
