import { randomText } from '@tetracast/node-io/runtime';
import { type Command, Option } from 'commander';
import { checkClock } from '../doctor/checks/clock';
import { checkIdle } from '../doctor/checks/idle';
import { checkOrigin, checkPreflight } from '../doctor/checks/origin';
import { checkBody, checkPolling } from '../doctor/checks/polling';
import { checkReach } from '../doctor/checks/reach';
import { checkResume, checkStream } from '../doctor/checks/stream';
import { checkCookie, checkToken } from '../doctor/checks/token';
import { checkSocketIo, checkWebSocket } from '../doctor/checks/websocket';
import { tokenOf } from '../connect';
import { type Check, type Examination, messageOf } from '../doctor/examination';
import type { Finding } from '../doctor/problems';
import { proxiesIn, PROXY_NAMES, type ProxyName } from '../doctor/proxies';
import { lineOf, remedyOf, textOf } from '../doctor/report';
import { type Io, print } from '../io';
import { wholeNumber } from './arguments';

interface DoctorOptions {
  readonly token?: string;
  readonly channel?: string;
  readonly origin?: string;
  readonly idle: number;
  readonly patience: number;
  readonly proxy?: ProxyName;
  readonly backend: string;
  readonly json?: boolean;
}

/** In this order: what makes later ones useless comes first. */
const CHECKS: readonly Check[] = [
  checkClock,
  checkOrigin,
  checkPreflight,
  checkCookie,
  checkBody,
  checkPolling,
  checkStream,
  checkResume,
  checkWebSocket,
  checkSocketIo,
];

export function addDoctor(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('check every transport through whatever stands between, and say what is wrong and what mends it')
    .argument('<url>', 'the server, as clients reach it')
    .option('-t, --token <token>', 'a token (default: $TETRACAST_TOKEN)')
    .option('--channel <name>', 'a channel that the token allows; default: a fresh one')
    .option('--origin <origin>', 'origin of the pages that use it; default: its own')
    .option('--idle <seconds>', 'how long to leave connections silent; 0: not at all', wholeNumber, 20)
    .option('--patience <seconds>', 'how long to wait for an answer', wholeNumber, 5)
    .addOption(new Option('--proxy <name>', 'what stands between, if it does not name itself').choices(PROXY_NAMES))
    .option('--backend <host:port>', 'the address of the server, for the lines of configuration', '127.0.0.1:8080')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', '\nIt publishes a few messages on that channel. It ends with 0 if it finds nothing wrong.')
    .action((url: string, options: DoctorOptions) => examine(url, options, io));
}

async function examine(address: string, options: DoctorOptions, io: Io): Promise<void> {
  const { channel = `doctor-${randomText(io.runtime, 9, 'hex')}`, json = false } = options;
  const url = address.replace(/\/$/, '');
  const examination: Examination = {
    io,
    url,
    token: tokenOf(options, io),
    channel,
    patienceMs: options.patience * 1000,
    idleS: options.idle,
    origin: options.origin ?? originOf(url),
    seen: new Set(),
    isTokenInUrl: false,
  };
  const findings: Finding[] = [];
  for await (const finding of findingsOf(examination)) {
    findings.push(finding);
    if (!json) print(io, lineOf(finding, io));
  }
  const named = options.proxy === undefined ? proxiesIn(examination.seen) : [options.proxy];
  const problems = [...new Set(findings.flatMap(({ problem }) => problem ?? []))];
  const remedies = problems.map((problem) =>
    remedyOf(problem, named.length > 0 ? named : PROXY_NAMES, options.backend),
  );
  if (json) print(io, JSON.stringify({ url, proxies: named, findings, remedies }, undefined, 2));
  else {
    const between = named.length > 0 ? named.join(' and ') : 'nothing that names itself; --proxy says what it is';
    if (problems.length > 0) print(io, `\nBetween here and the server: ${between}.`);
    for (const remedy of remedies) print(io, `\n${textOf(remedy, io)}`);
  }
  if (problems.length > 0)
    throw new Error(`found ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`);
}

async function* findingsOf(examination: Examination): AsyncGenerator<Finding, void, undefined> {
  yield await checkToken(examination);
  const reach = await checkReach(examination);
  yield reach;
  // The others know how to go on without the header.
  if (reach.problem !== undefined && reach.problem !== 'authorization') return;
  const checks = examination.idleS > 0 ? [...CHECKS, checkIdle] : CHECKS;
  for (const check of checks) {
    yield await check(examination).catch((error: unknown) => {
      examination.io.signal.throwIfAborted();
      return { check: 'the server answers', problem: 'unreachable', detail: messageOf(error) } as const;
    });
  }
}

function originOf(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return new URL(url).origin;
  throw new Error(`not a URL: ${url}. Give it as http://host:port or https://host`);
}
