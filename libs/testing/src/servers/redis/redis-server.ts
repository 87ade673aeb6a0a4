import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port';
import { type ManagedProcess, spawnProcess } from '../processes/managed-process';
import { becomeReady } from '../processes/ready-probe';
import { callRedis, type RedisReply } from './redis-command';
import { createTempDir, removeDir } from '../temp-dir';

export interface RedisOptions {
  /** Keep an append-only file, so that `restart()` finds what was acknowledged. Default `false`: nothing on disk. */
  readonly appendOnly?: boolean;
  /** More arguments of redis-server, such as `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[];
  /** Where its files are; left in place on close. Default: a temporary directory that is removed. */
  readonly dir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Follow this server from the start, and after a restart unless it was promoted meanwhile. */
  readonly replicaOf?: RedisServer;
}

/** A redis-server of one's own on 127.0.0.1. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Of the running process; another one after a restart. */
  readonly pid: number;
  /** Where its files are. */
  readonly dir: string;
  /**
   * One command over a separate connection; rejects with the error of Redis, or when it is unreachable. What REPLICAOF
   * says outlives a restart.
   */
  command(name: string, ...args: readonly (string | number)[]): Promise<RedisReply>;
  /** Removes all keys. */
  flush(): Promise<void>;
  /** Sends `signal` (SIGKILL) and resolves when the server has ended; SIGSTOP and SIGCONT resolve at once. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it in good order; `restart()` may follow. */
  stop(): Promise<void>;
  /** Stops it if it runs, and starts it again on the same port with the files it left. */
  restart(): Promise<void>;
  /** What it logged since it was last started. */
  output(): string;
}

export const REDIS_INSTALL = 'sudo apt-get install -y redis-server';

/** Starts a Redis on a free port; resolves when it takes commands. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const dir = options.dir ?? (await createTempDir('redis'));
  const conf = join(dir, 'redis.conf');
  const args = [conf, ...redisArguments(port, dir, options)];

  const launch = async (): Promise<ManagedProcess> => {
    const process = await spawnProcess({
      command: 'redis-server',
      args,
      install: REDIS_INSTALL,
      ...(options.dir === undefined ? { dir } : {}),
    });
    await becomeReady(process, () => process.waitForOutput(/Ready to accept connections/));
    return process;
  };
  const removeOwnDir = async (): Promise<void> => (options.dir === undefined ? removeDir(dir) : undefined);

  let process: ManagedProcess;
  try {
    // The name of its primary is in a file, where Sentinel or REPLICAOF can change it for good.
    await writeFile(conf, options.replicaOf === undefined ? '' : `replicaof 127.0.0.1 ${options.replicaOf.port}\n`);
    process = await launch();
  } catch (error) {
    await removeOwnDir();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await process.stop();
  };
  const command: RedisServer['command'] = async (name, ...rest) => {
    const reply = await callRedis(port, name, rest);
    if (name === 'REPLICAOF') await callRedis(port, 'CONFIG', ['REWRITE']);
    return reply;
  };

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return process.pid;
    },
    command,
    flush: async () => {
      await command('FLUSHALL');
    },
    kill: async (signal = 'SIGKILL') => {
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') process.signal(signal);
      else await process.kill(signal);
    },
    stop,
    restart: async () => {
      await stop();
      process = await launch();
    },
    output: () => process.output(),
    [Symbol.asyncDispose]: async () => {
      await stop();
      await removeOwnDir();
    },
  };
}

function redisArguments(port: number, dir: string, { appendOnly, args = [] }: RedisOptions): string[] {
  return [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir],
    ...['--daemonize', 'no', '--save', '', '--appendonly', appendOnly === true ? 'yes' : 'no'],
    ...['--repl-diskless-sync-delay', '0'], // a replica is not kept waiting for others that might come
    ...args,
  ];
}
