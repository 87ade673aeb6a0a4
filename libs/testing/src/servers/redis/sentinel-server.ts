import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '../../progress/index';
import { freePort } from '../free-port';
import { type ManagedProcess, spawnProcess } from '../processes/managed-process';
import { becomeReady } from '../processes/ready-probe';
import { callRedis, type RedisReply } from './redis-command';
import { REDIS_INSTALL, type RedisServer } from './redis-server';
import { createTempDir, removeDir } from '../temp-dir';

export interface SentinelOptions {
  readonly primary: RedisServer;
  /** It is ready when it knows so many replicas that are in step. Default 1. */
  readonly replicas?: number;
  /** How it calls the primary. Default `main`. */
  readonly name?: string;
  /** How many Sentinels must find the primary down, in all; they find each other within 2 s. Default 1. */
  readonly quorum?: number;
  /** After so long without an answer the primary is down. Default 300. */
  readonly downAfterMs?: number;
  /** More lines of its configuration, such as `requirepass secret`. */
  readonly conf?: readonly string[];
}

/** A Redis Sentinel of one's own on 127.0.0.1. */
export interface SentinelServer extends AsyncDisposable {
  /** `redis+sentinel://127.0.0.1:<port>/<name>` */
  readonly url: string;
  readonly port: number;
  readonly name: string;
  /** One command over a separate connection; rejects with Sentinel's error, or when it is unreachable. */
  command(name: string, ...args: readonly (string | number)[]): Promise<RedisReply>;
  /** Resolves once Sentinel announces to its clients that the primary is at `port`. */
  untilPrimaryIs(port: number): Promise<void>;
  /** Sends `signal` (SIGKILL) and resolves when it has ended; SIGSTOP and SIGCONT resolve at once. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** What it logged. */
  output(): string;
}

const PROBE_INTERVAL_MS = 20;
const PASSWORD = /^requirepass (.+)$/;

/** Starts a Sentinel on a free port; resolves when it could fail over. */
export async function startSentinel(options: SentinelOptions): Promise<SentinelServer> {
  const { replicas = 1, name = 'main', conf = [] } = options;
  const port = await freePort();
  const dir = await createTempDir('sentinel');
  const password = conf.map((line) => PASSWORD.exec(line)?.[1]).find((found) => found !== undefined);
  const command: SentinelServer['command'] = (word, ...args) => callRedis(port, word, args, password);
  let process: ManagedProcess;
  try {
    const file = join(dir, 'sentinel.conf'); // it keeps what it learns in there
    await writeFile(file, confFor(port, dir, options));
    process = await spawnProcess({ command: 'redis-server', args: [file, '--sentinel'], install: REDIS_INSTALL, dir });
    await becomeReady(process, async (signal) => {
      await process.waitForOutput(/\+monitor master/);
      while (!signal.aborted) {
        if (inStep(await command('SENTINEL', 'REPLICAS', name)) >= replicas) return;
        await delay(PROBE_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
    });
  } catch (error) {
    await removeDir(dir);
    throw error;
  }
  return {
    url: `redis+sentinel://127.0.0.1:${port}/${name}`,
    port,
    name,
    command,
    untilPrimaryIs: async (wanted) => {
      const address = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name] as const;
      await pollUntil(
        () => command(...address) as Promise<string[]>,
        ([, port]) => port === String(wanted),
      );
    },
    kill: async (signal = 'SIGKILL') => {
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') process.signal(signal);
      else await process.kill(signal);
    },
    output: () => process.output(),
    [Symbol.asyncDispose]: async () => {
      await process.stop();
      await removeDir(dir);
    },
  };
}

function confFor(port: number, dir: string, options: SentinelOptions): string {
  const { primary, name = 'main', quorum = 1, downAfterMs = 300, conf = [] } = options;
  return [
    ...[`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`],
    `sentinel monitor ${name} 127.0.0.1 ${primary.port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 5000`,
    ...conf,
    '',
  ].join('\n');
}

/** How many replicas Sentinel would promote: it has seen each of them linked to the primary. */
function inStep(replicas: RedisReply): number {
  const fields = (replicas as readonly (readonly string[])[]).map((one) => one.join(' '));
  return fields.filter((text) => text.includes(' master-link-status ok ') && text.includes(' flags slave ')).length;
}
