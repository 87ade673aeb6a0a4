import { randomText } from '@tetracast/node-io/runtime';
import type { Command } from 'commander';
import type { Check, Examination } from '../doctor/examination';
import { type Finding, proxyIn, type ProxyName, REMEDIES } from '../doctor/findings';
import { checkBody, checkClock, checkOrigin, checkReach } from '../doctor/http-checks';
import { checkIdle } from '../doctor/idle-check';
import { checkStream } from '../doctor/stream-check';
import { checkWebSocket } from '../doctor/websocket-check';
import { type Io, paint, print } from '../io';
import { wholeNumber } from './sub';

interface DoctorOptions {
  readonly token?: string;
  readonly origin?: string;
  readonly idle: number;
  readonly patience: number;
  readonly json?: boolean;
}

const CHECKS: readonly Check[] = [checkClock, checkOrigin, checkBody, checkStream, checkWebSocket];

export function addDoctor(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('check every transport through whatever stands between, and say what is wrong and what mends it')
    .argument('<url>', 'the server, as clients reach it')
    .option('-t, --token <token>', 'a token (TETRACAST_TOKEN)', io.env['TETRACAST_TOKEN'])
    .option('--origin <origin>', 'origin of the pages that use it; default: its own')
    .option('--idle <seconds>', 'how long to leave connections silent; 0: not at all', wholeNumber, 20)
    .option('--patience <seconds>', 'how long to wait for an answer', wholeNumber, 5)
    .option('--json', 'print the findings as JSON')
    .action((url: string, options: DoctorOptions) => examine(url, options, io));
}

async function examine(address: string, options: DoctorOptions, io: Io): Promise<void> {
  const url = address.replace(/\/$/, '');
  const examination: Examination = {
    io,
    url,
    token: options.token,
    channel: `doctor-${randomText(io.runtime, 9, 'hex')}`,
    patienceMs: options.patience * 1000,
    idleS: options.idle,
    origin: options.origin ?? new URL(url).origin,
  };
  const findings: Finding[] = [];
  const record = (finding: Finding): void => {
    findings.push(finding);
    if (options.json !== true) print(io, lineOf(finding, io));
  };
  record(await checkReach(examination));
  if (findings[0]?.problem === undefined) {
    for (const check of CHECKS) record(await check(examination));
    if (options.idle > 0) record(await checkIdle(examination));
  }
  const problems = [...new Set(findings.flatMap(({ problem }) => problem ?? []))];
  if (options.json === true) print(io, JSON.stringify({ url, findings }, undefined, 2));
  else if (problems.length > 0) {
    const proxy = await fetch(url, { method: 'HEAD' }).then(
      ({ headers }) => proxyIn(headers),
      () => undefined,
    );
    for (const problem of problems) print(io, `\n${remedyOf(problem, proxy)}`);
  }
  if (problems.length > 0)
    throw new Error(`found ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`);
}

function lineOf({ check, problem, detail }: Finding, io: Io): string {
  const mark = problem === undefined ? paint(io, io.stdout, 'green', 'ok    ') : paint(io, io.stdout, 'red', 'FAILED');
  return `${mark} ${check}: ${detail}`;
}

/** For the proxy that names itself, or for all, since one may hide behind another. */
function remedyOf(problem: NonNullable<Finding['problem']>, proxy: ProxyName | undefined): string {
  const { what, lines = {} } = REMEDIES[problem];
  const shown = Object.entries(lines).filter(([name]) => proxy === undefined || name === proxy);
  return [what, ...shown.map(([name, text]) => `  ${name}:\n${text.map((line) => `    ${line}`).join('\n')}`)].join(
    '\n',
  );
}
