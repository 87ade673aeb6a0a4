import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { PassThrough, Readable } from 'node:stream';
import { run } from '../src/program';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Readable;
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
  /** Default: that of Node.js. */
  readonly runtime?: Runtime;
  /** Called with what was printed so far. */
  readonly onOut?: (out: string) => void;
}

/** Runs the command in this process; resolves once it has ended. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const { env = {}, stdin = '', isTTY = false, runtime = nodeRuntime, onOut } = options;
  const { signal = new AbortController().signal } = options;
  const texts = { out: '', err: '' };
  const collect = (name: 'out' | 'err'): PassThrough & { isTTY: boolean } => {
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString();
      if (name === 'out') onOut?.(texts.out);
    });
    return Object.assign(stream, { isTTY });
  };
  const code = await run(args, {
    stdin: typeof stdin === 'string' ? Readable.from(stdin === '' ? [] : [stdin]) : stdin,
    stdout: collect('out'),
    stderr: collect('err'),
    env,
    runtime,
    signal,
  });
  await new Promise(setImmediate);
  return { code, ...texts };
}
