import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port';
import { type ManagedProcess, spawnProcess } from '../processes/managed-process';
import { missingDirectives, type NginxConf, type NginxPlaces, placesIn, renderConf } from './nginx-conf';
import { reloadNginx } from './nginx-reload';
import { accepts, becomeReady } from '../processes/ready-probe';
import { createTempDir, removeDir } from '../temp-dir';

export interface NginxOptions {
  readonly conf: NginxConf;
  /** Values for `${NAME}` in the conf. */
  readonly env?: Readonly<Record<string, string>>;
  /** More files beside the conf, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
}

/** A real nginx on 127.0.0.1. */
export interface NginxServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Of the master process. */
  readonly pid: number;
  readonly dir: string;
  /** What was written to `${ACCESS_LOG}` and to standard output. */
  accessLog(): Promise<string>;
  /** What was written to `${ERROR_LOG}` and to standard error. */
  errorLog(): Promise<string>;
  /** SIGHUP, with another conf if given; resolves when only new workers accept connections, rejects when nginx refuses the conf. */
  reload(conf?: NginxConf): Promise<void>;
  close(): Promise<void>;
}

const NGINX_INSTALL = 'sudo apt-get install -y nginx';

/** Starts an nginx with this conf; resolves when it accepts connections, rejects with what it says about a bad conf. */
export async function startNginx({ conf, env = {}, files = {}, port: wanted }: NginxOptions): Promise<NginxServer> {
  const port = wanted ?? (await freePort());
  const dir = await createTempDir('nginx');
  const places = placesIn(dir, port);
  const confFile = join(dir, 'nginx.conf');
  const text = renderConf(conf, places, env);
  await mkdir(places.tempDir);
  await writeFile(confFile, text);
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);

  const accessLog = (): Promise<string> => readFiles(places.accessLog, join(dir, 'stdout'));
  const errorLog = (): Promise<string> => readFiles(places.errorLog, join(dir, 'stderr'));
  let nginx: ManagedProcess;
  try {
    nginx = await launchNginx(places, confFile, missingDirectives(text, places));
  } catch (error) {
    const said = (await errorLog()).trim();
    await removeDir(dir);
    throw said === '' ? error : new Error(`${(error as Error).message}${said}`, { cause: error });
  }
  const close = async (): Promise<void> => {
    await nginx.stop();
    await removeDir(dir);
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: nginx.pid,
    dir,
    accessLog,
    errorLog,
    reload: async (next) => {
      if (next !== undefined) await writeFile(confFile, renderConf(next, places, env));
      await reloadNginx(nginx, errorLog);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function launchNginx(places: NginxPlaces, confFile: string, directives: string): Promise<ManagedProcess> {
  const { dir, errorLog, port } = places;
  // Files, not pipes: a conf that logs to /dev/stdout opens it by name, which a socket pair of Node does not allow.
  const stdout = await open(join(dir, 'stdout'), 'a');
  const stderr = await open(join(dir, 'stderr'), 'a');
  try {
    const nginx = await spawnProcess({
      command: 'nginx',
      args: ['-p', dir, '-c', confFile, '-e', errorLog, ...(directives === '' ? [] : ['-g', directives])],
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
      dir,
      install: NGINX_INSTALL,
      stdout: stdout.fd,
      stderr: stderr.fd,
    });
    await becomeReady(nginx, accepts(port));
    return nginx;
  } finally {
    await stdout.close();
    await stderr.close();
  }
}

async function readFiles(...paths: readonly string[]): Promise<string> {
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.join('');
}
