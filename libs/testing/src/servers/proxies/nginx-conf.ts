import { join } from 'node:path';

/** What a test's nginx.conf refers to, in a callback or as `${NAME}` in a text. */
export interface NginxPlaces {
  /** Port to listen on: `${PORT}`. */
  readonly port: number;
  /** Directory of this server: `${DIR}`. Relative paths in the text begin here. */
  readonly dir: string;
  /** `${PID_FILE}` */
  readonly pidFile: string;
  /** `${ACCESS_LOG}` */
  readonly accessLog: string;
  /** `${ERROR_LOG}` */
  readonly errorLog: string;
  /** For what nginx keeps in files, such as a cache: `${TEMP_DIR}`. `${TEMP_PATHS}` is its lines with all `*_temp_path`. */
  readonly tempDir: string;
}

/** Of the bodies that nginx keeps in files. */
const TEMP_KINDS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** A whole nginx.conf: a text with `${NAME}` places, or what makes one. */
export type NginxConf = string | ((places: NginxPlaces) => string);

export function placesIn(dir: string, port: number): NginxPlaces {
  return {
    port,
    dir,
    pidFile: join(dir, 'nginx.pid'),
    accessLog: join(dir, 'access.log'),
    errorLog: join(dir, 'error.log'),
    tempDir: join(dir, 'temp'),
  };
}

/**
 * The text of the conf: `${NAME}` stands for the value of that name in `env` or in the places. Other names are left as
 * they are (nginx has its variables, too), as envsubst does in the official image.
 */
export function renderConf(conf: NginxConf, places: NginxPlaces, env: Readonly<Record<string, string>> = {}): string {
  if (typeof conf === 'function') return substitute(conf(places), env);
  return substitute(conf, {
    PORT: String(places.port),
    DIR: places.dir,
    PID_FILE: places.pidFile,
    ACCESS_LOG: places.accessLog,
    ERROR_LOG: places.errorLog,
    TEMP_DIR: places.tempDir,
    TEMP_PATHS: TEMP_KINDS.map((kind) => `${kind}_temp_path ${join(places.tempDir, kind)};`).join(' '),
    ...env,
  });
}

/** Directives that the command line adds: in the foreground, and no file outside of the directory, unless the conf says. */
export function missingDirectives(text: string, places: NginxPlaces): string {
  const added: string[] = [];
  if (!/^\s*daemon\s/m.test(text)) added.push('daemon off;');
  if (!/^\s*pid\s/m.test(text)) added.push(`pid ${places.pidFile};`);
  // Workers of another user could not write into a directory that only root may enter.
  if (process.getuid?.() === 0 && !/^\s*user\s/m.test(text)) added.push('user root;');
  return added.join(' ');
}

function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
