import type { Runtime } from '@tetracast/node-io/runtime';
import type { Readable, Writable } from 'node:stream';

/** What a command reads and writes, so that a test can take the place of the terminal. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly runtime: Runtime;
  /** Aborted by Ctrl-C, and when nobody reads what is printed any more. */
  readonly signal: AbortSignal;
}

/** Codes of ECMA-48 that begin and end a style. */
const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

type Style = keyof typeof STYLES;

/** `text` in a colour, if `stream` is a terminal and `NO_COLOR` (https://no-color.org) is not set. */
export function paint({ env }: Io, stream: Io['stdout'], style: Style, text: string): string {
  const [begin, end] = STYLES[style];
  return stream.isTTY === true && !env['NO_COLOR'] ? `\u001b[${begin}m${text}\u001b[${end}m` : text;
}

export function print({ stdout }: Io, line: string): void {
  stdout.write(`${line}\n`);
}
