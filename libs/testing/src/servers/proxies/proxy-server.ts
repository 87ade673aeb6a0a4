import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port';
import { spawnProcess } from '../processes/managed-process';
import { accepts, becomeReady } from '../processes/ready-probe';
import { createTempDir, removeDir } from '../temp-dir';

export interface ProxyServerOptions {
  /** Default: a free one. */
  readonly port?: number;
}

/** A reverse proxy on 127.0.0.1. Disposing of it kills it, cuts its connections, and removes its files. */
export interface ProxyServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** The last of what it wrote. */
  output(): string;
}

export interface ProxyProgram {
  readonly command: string;
  /** The command that installs it. */
  readonly install: string;
  /** The text of its configuration. */
  readonly conf: (places: { readonly port: number; readonly dir: string }) => string;
  readonly args: (places: {
    readonly confFile: string;
    readonly dir: string;
    readonly port: number;
  }) => readonly string[];
}

/** Starts a proxy; resolves when it accepts connections, rejects with what it says about a bad configuration. */
export async function startProxy(program: ProxyProgram, { port: wanted }: ProxyServerOptions): Promise<ProxyServer> {
  const { command, install } = program;
  const port = wanted ?? (await freePort());
  const dir = await createTempDir(command);
  const confFile = join(dir, `${command}.conf`);
  await writeFile(confFile, program.conf({ port, dir }));
  try {
    const proxy = await spawnProcess({
      command,
      args: program.args({ confFile, dir, port }),
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
      dir,
      install,
    });
    await becomeReady(proxy, accepts(port));
    return {
      url: `http://127.0.0.1:${port}`,
      port,
      output: () => proxy.output(),
      [Symbol.asyncDispose]: async () => {
        // With its children and what they hold open: Apache would wait for its requests.
        process.kill(-proxy.pid, 'SIGKILL');
        await proxy.exited;
        await removeDir(dir);
      },
    };
  } catch (error) {
    await removeDir(dir);
    throw error;
  }
}
