import { startProcess, startRedis } from '@tetracast/testing';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { childrenOf, LOAD_CORE, pin } from '../load';
import { BENCH, ROOT } from '../places';

export interface NodeServer extends AsyncDisposable {
  readonly port: number;
  readonly pids: readonly number[];
  /** Those of them that serve: its worker processes, or itself. */
  readonly workers: readonly number[];
}

interface NodeServerOptions {
  /** A script; a relative path begins at the root of the repository. */
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** The setting that names the Redis it gets for itself; absent: it gets none. */
  readonly redis?: string;
  readonly readyPath?: string;
  /** Each of its workers gets a core; what else there is runs on the load's. */
  readonly everyCore?: boolean;
  /** Asked to stop, not killed: so that it writes its profile, and its workers end with it. */
  readonly orderly?: boolean;
}

/** Starts a Node server, and a separate Redis if it needs one, on the servers' core. */
export async function startNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const redis = options.redis === undefined ? undefined : await startRedis();
  const server = await startProcess({
    file: resolve(ROOT, options.file),
    ...(options.nodeArgs === undefined ? {} : { nodeArgs: options.nodeArgs }),
    env: {
      LOG_LEVEL: 'warn',
      ...options.env,
      ...(redis === undefined ? {} : { [options.redis as string]: redis.url }),
    },
    ...(options.readyPath === undefined ? {} : { readyPath: options.readyPath }),
  });
  const children = childrenOf(server.pid);
  const workers = children.length > 0 ? children : [server.pid];
  const pids = [server.pid, ...children, ...(redis === undefined ? [] : [redis.pid])];
  const coreOf = (pid: number): number | undefined => {
    if (options.everyCore !== true) return undefined;
    return workers.includes(pid) ? workers.indexOf(pid) % availableParallelism() : LOAD_CORE;
  };
  await Promise.all(pids.map((pid) => pin(pid, coreOf(pid))));
  return {
    port: server.port,
    pids,
    workers,
    [Symbol.asyncDispose]: async () => {
      await (options.orderly === true ? server.stop() : server.kill());
      await redis?.[Symbol.asyncDispose]();
    },
  };
}

/** A script of this project's `peers/`. */
export function peer(name: string): string {
  return join(BENCH.slice(ROOT.length + 1), 'peers', `${name}.mjs`);
}
