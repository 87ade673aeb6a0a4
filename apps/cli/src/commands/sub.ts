import type { Message, TransportName } from '@tetracast/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { connect, type ServerOptions, TRANSPORTS, withServer } from '../connect';
import { type Io, paint, print } from '../io';

interface SubOptions extends ServerOptions {
  readonly transport?: TransportName;
  readonly after?: string;
  readonly rewind?: number;
  readonly count?: number;
  readonly json?: boolean;
}

export function addSub(program: Command, io: Io): void {
  withServer(program.command('sub'), io)
    .description('print the messages of channels, until Ctrl-C')
    .argument('<channel...>', 'one or more channels')
    .addOption(new Option('--transport <name>', 'only this one').choices(TRANSPORTS))
    .option('--after <cursor>', 'begin after this cursor, or with "earliest"')
    .option('--rewind <n>', 'begin with the last n messages of each channel', wholeNumber)
    .option('-n, --count <n>', 'end after n messages', wholeNumber)
    .option('--json', 'print each message as one line of JSON')
    .action((channels: string[], options: SubOptions) => subscribe(channels, options, io));
}

async function subscribe(channels: readonly string[], options: SubOptions, io: Io): Promise<void> {
  const { transport, after, rewind, count = Infinity, json = false } = options;
  await using client = connect(options, io, {
    ...(transport === undefined ? {} : { transports: [transport] }),
    onStatus: (status) => {
      if (status.state !== 'waiting') return;
      io.stderr.write(paint(io, io.stderr, 'dim', `${status.cause.message}: tries again\n`));
    },
  });
  let printed = 0;
  if (count === 0) return;
  await new Promise<void>((resolve, reject) => {
    io.signal.addEventListener('abort', () => resolve());
    for (const channel of channels) {
      client.subscribe(channel, {
        after,
        rewind,
        onMessage: (message) => {
          if (printed >= count) return;
          print(io, json ? JSON.stringify(message) : describe(message, io));
          if (++printed >= count) resolve();
        },
        onReset: ({ reason }) =>
          io.stderr.write(paint(io, io.stderr, 'yellow', `messages may be missing: ${reason}\n`)),
        onError: reject,
      });
    }
  });
}

function describe({ channel, event, data, time }: Message, io: Io): string {
  const head = `${new Date(time).toISOString()} ${channel} ${event}`;
  return `${paint(io, io.stdout, 'dim', head)} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
