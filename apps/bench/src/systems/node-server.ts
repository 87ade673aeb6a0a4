import { startProcess, startRedis } from '@tetracast/testing';
import { join } from 'node:path';
import { childrenOf, pin } from '../load';
import { BENCH, ROOT } from '../places';

export interface NodeServer extends AsyncDisposable {
  readonly port: number;
  readonly pids: readonly number[];
}

interface NodeServerOptions {
  /** A script, from the root of the repository. */
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** The setting that names the Redis it gets for itself; absent: it gets none. */
  readonly redis?: string;
  readonly readyPath?: string;
  /** Its worker processes may use all cores. */
  readonly everyCore?: boolean;
  /** Asked to stop, not killed: so that it writes its profile, and its workers end with it. */
  readonly orderly?: boolean;
}

/** Starts a Node server, and a Redis of its own if it wants one, on the servers' core. */
export async function startNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const redis = options.redis === undefined ? undefined : await startRedis();
  const server = await startProcess({
    file: join(ROOT, options.file),
    ...(options.nodeArgs === undefined ? {} : { nodeArgs: options.nodeArgs }),
    env: {
      LOG_LEVEL: 'warn',
      ...options.env,
      ...(redis === undefined ? {} : { [options.redis as string]: redis.url }),
    },
    ...(options.readyPath === undefined ? {} : { readyPath: options.readyPath }),
  });
  const pids = [server.pid, ...childrenOf(server.pid), ...(redis === undefined ? [] : [redis.pid])];
  if (options.everyCore !== true) await Promise.all(pids.map(pin));
  return {
    port: server.port,
    pids,
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
