import type { Message, TransportName } from '@tetracast/client';
import { type Command, Option } from 'commander';
import { connect, type ServerOptions, TRANSPORTS, withServer } from '../connect';
import { type Io, paint } from '../io';
import { printMessage } from '../print-message';
import { printable } from '../printable';
import { wholeNumber } from './arguments';

interface SubOptions extends ServerOptions {
  readonly transport?: TransportName;
  readonly after?: string;
  readonly rewind?: number;
  readonly count?: number;
  readonly json?: boolean;
}

export function addSub(program: Command, io: Io): void {
  withServer(program.command('sub'))
    .description('print the messages of channels, until all have ended, or Ctrl-C')
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
      const note = (text: string): void => void io.stderr.write(paint(io, io.stderr, 'dim', `${text}\n`));
      if (status.state === 'waiting') note(`${printable(status.cause.message)}: tries again`);
      // On a terminal nothing else shows that it waits for a message.
      else if (status.state === 'connected' && io.stderr.isTTY === true)
        note(`connected over ${status.transport}: waits for messages until Ctrl-C`);
    },
  });
  let printed = 0;
  if (count === 0) return;
  const open = new Set(channels);
  await new Promise<void>((resolve, reject) => {
    io.signal.addEventListener('abort', () => resolve());
    const onMessage = (message: Message): void => {
      if (printed >= count) return;
      printMessage(io, message, json);
      if (++printed >= count) resolve();
    };
    for (const channel of [...open]) {
      client.subscribe(channel, {
        after,
        rewind,
        onMessage,
        onEnd: (message) => {
          onMessage(message);
          open.delete(channel);
          if (open.size === 0) resolve();
        },
        onReset: ({ reason }) =>
          io.stderr.write(paint(io, io.stderr, 'yellow', `messages may be missing: ${reason}\n`)),
        onError: reject,
      });
    }
  });
}
