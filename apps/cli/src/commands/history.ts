import type { Command } from 'commander';
import { type ApiOptions, connectApi, withApi } from '../connect';
import type { Io } from '../io';
import { printMessage } from '../print-message';
import { wholeNumber } from './arguments';

interface HistoryOptions extends ApiOptions {
  readonly after?: string;
  readonly before?: string;
  readonly desc?: boolean;
  readonly count?: number;
  readonly json?: boolean;
}

export function addHistory(program: Command, io: Io): void {
  withApi(program.command('history'))
    .description('print the stored messages of a channel, by the server API')
    .argument('<channel>', 'the channel')
    .option('--after <cursor>', 'only messages after this cursor')
    .option('--before <cursor>', 'only messages before this cursor')
    .option('--desc', 'the newest first')
    .option('-n, --count <n>', 'end after n messages', wholeNumber)
    .option('--json', 'print each message as one line of JSON')
    .action((channel: string, options: HistoryOptions) => printHistory(channel, options, io));
}

async function printHistory(channel: string, options: HistoryOptions, io: Io): Promise<void> {
  const { after, before, desc = false, count = Infinity, json = false } = options;
  if (count === 0) return;
  const query = {
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
    order: desc ? 'desc' : 'asc',
  } as const;
  let printed = 0;
  for await (const message of connectApi(options, io).history(channel, query)) {
    printMessage(io, message, json);
    if (++printed >= count || io.signal.aborted) return;
  }
}
