import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Io, paint, print } from '../io';
import { estimate } from '../size/estimate';
import { parseTransports, type Workload } from '../size/workload';

interface SizeOptions extends Omit<Workload, 'load'> {
  readonly load: number;
  readonly json?: true;
}

export function addSize(program: Command, io: Io): void {
  program
    .command('size')
    .description('reckon the processes, cores, memory and bandwidth that a deployment needs')
    .requiredOption('-c, --connections <n>', 'connections at the same time, such as 20000 or 1e6', countOf)
    .requiredOption('-r, --rate <n>', 'messages a second, published in all channels together', amountOf)
    .option('--bytes <n>', 'of the data of a message', countOf, 256)
    .option('--channels <n>', 'over which messages and connections are spread evenly', countOf, 1)
    .option('--subscriptions <n>', 'channels of each connection', countOf, 1)
    .addOption(
      new Option('--transports <list>', 'of the connections, with their parts: websocket=3,sse=1')
        .argParser(transportsOf)
        .default({ websocket: 1 }, 'websocket'),
    )
    .addOption(new Option('--publish <way>', 'how messages come in').choices(['post', 'connection']).default('post'))
    .option('--history <n>', 'messages kept of each channel: HISTORY_SIZE', countOf, 1000)
    .option('--history-seconds <n>', 'how long: HISTORY_TTL', countOf, 600)
    .option('--load <percent>', 'how busy a core may be on average', percentOf, 60)
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nIt asks no server: docs/sizing.md says where the costs were measured, and how good this is.',
    )
    .action(({ load, json, ...options }: SizeOptions) => size({ ...options, load: load / 100 }, json === true, io));
}

function size(workload: Workload, json: boolean, io: Io): void {
  if (workload.subscriptions > workload.channels) {
    throw new Error('--subscriptions must be at most --channels: a connection has a channel once');
  }
  const { steps, problems } = estimate(workload);
  if (json) {
    print(io, JSON.stringify({ workload, steps, problems }));
    return;
  }
  const width = Math.max(...steps.map(({ id }) => id.length));
  for (const { id, text, how } of steps) {
    print(io, `${id.padEnd(width)}  ${paint(io, io.stdout, 'bold', text)}`);
    for (const term of how) print(io, paint(io, io.stdout, 'dim', `  ${term}`));
  }
  for (const problem of problems) print(io, paint(io, io.stdout, 'red', `\n${problem}`));
}

function amountOf(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!(value > 0 && value <= 1e12))
    throw new InvalidArgumentError('It must be a number above 0, such as 0.5, 20000 or 1e6.');
  return value;
}

function countOf(text: string): number {
  const value = amountOf(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

function percentOf(text: string): number {
  const value = amountOf(text);
  if (value > 100) throw new InvalidArgumentError('It must be at most 100.');
  return value;
}

function transportsOf(text: string): Workload['transports'] {
  try {
    return parseTransports(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
