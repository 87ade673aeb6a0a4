import type { Client, TransportName } from '@tetracast/client';
import { randomText } from '@tetracast/node-io/runtime';
import { type Command, Option } from 'commander';
import { histogramOf, percentilesText, sortedCopy } from '../bench/latencies';
import { showProgress } from '../bench/progress';
import { connect, TRANSPORTS } from '../connect';
import { type Io, paint, print } from '../io';
import { pause } from '../pause';
import { wholeNumber } from './arguments';

interface BenchOptions {
  readonly token?: string;
  readonly transport: TransportName;
  readonly clients: number;
  readonly rate: number;
  readonly seconds: number;
  readonly size: number;
  readonly channel?: string;
}

/** How long the last messages may take, in ms. */
const LAST_MS = 5000;
const COLUMN_WIDTH = 40;

export function addBench(program: Command, io: Io): void {
  program
    .command('bench')
    .description('publish at a fixed rate, and measure how long messages take to each subscriber')
    .argument('[url]', 'the server (default: $TETRACAST_URL, else http://127.0.0.1:8080)')
    .option('-t, --token <token>', 'a token (default: $TETRACAST_TOKEN)')
    .addOption(new Option('--transport <name>', 'of the subscribers').choices(TRANSPORTS).default('websocket'))
    .option('-c, --clients <n>', 'subscribers', wholeNumber, 10)
    .option('-r, --rate <n>', 'messages a second', wholeNumber, 20)
    .option('-s, --seconds <n>', 'how long', wholeNumber, 10)
    .option('--size <bytes>', 'of the data', wholeNumber, 256)
    .option('--channel <name>', 'a channel that the token allows; default: a fresh one')
    .action((url: string | undefined, options: BenchOptions) => bench(url, options, io));
}

async function bench(url: string | undefined, options: BenchOptions, io: Io): Promise<void> {
  const { transport, clients, rate, seconds, size } = options;
  const { runtime, signal } = io;
  const server = { ...options, ...(url === undefined ? {} : { url }) };
  const channel = options.channel ?? `bench-${randomText(runtime, 9, 'hex')}`;
  const latencies: number[] = [];
  const expected = rate * seconds * clients;
  let onAll = (): void => undefined;
  const all = new Promise<void>((resolve) => (onAll = resolve));
  signal.addEventListener('abort', onAll);
  const take = (data: unknown): void => {
    // On a channel of others.
    if (!isOwn(data)) return;
    latencies.push(runtime.monotonicMs() - data.at);
    if (latencies.length === expected) onAll();
  };
  await using publisher = connect(server, io, { transports: ['websocket', 'polling'] });
  const subscribers = Array.from({ length: clients }, () => connect(server, io, { transports: [transport] }));
  try {
    await Promise.all(subscribers.map((client) => begin(client, channel, take)));
    await begin(publisher, `${channel}-idle`, () => undefined);
    const startedMs = runtime.monotonicMs();
    const done = (): number => Math.min(1, (runtime.monotonicMs() - startedMs) / (seconds * 1000));
    const hide = showProgress(io, done, latencies);
    try {
      await publishAtRate(publisher, channel, options, 'x'.repeat(size), io);
      await Promise.race([all, pause(io, LAST_MS)]);
    } finally {
      hide();
    }
  } finally {
    for (const client of subscribers) client.close();
  }
  report(sortedCopy(latencies), expected, io);
}

const isOwn = (data: unknown): data is { readonly at: number } =>
  typeof (data as { readonly at?: unknown } | null)?.at === 'number';

function begin(client: Client, channel: string, take: (data: unknown) => void): Promise<string> {
  return new Promise((onBegin, onError) => {
    client.subscribe(channel, { onBegin, onError, onMessage: ({ data }) => take(data) });
  });
}

async function publishAtRate(
  publisher: Client,
  channel: string,
  { rate, seconds }: BenchOptions,
  filler: string,
  io: Io,
): Promise<void> {
  const { runtime, signal } = io;
  const startedMs = runtime.monotonicMs();
  const acknowledged: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  for (let sent = 0; sent < rate * seconds && !signal.aborted; sent++) {
    await pause(io, startedMs + (sent * 1000) / rate - runtime.monotonicMs());
    const publication = publisher.publish(channel, { at: runtime.monotonicMs(), filler });
    acknowledged.push(publication.catch((error: unknown) => failures.push(error)));
  }
  await Promise.all(acknowledged);
  // At Ctrl-C what is not acknowledged never will be.
  if (failures.length > 0 && !signal.aborted) throw failures[0];
}

function report(sorted: readonly number[], expected: number, io: Io): void {
  print(io, `${sorted.length} of ${expected} messages received`);
  if (sorted.length === 0) return;
  print(io, percentilesText(sorted));
  const steps = histogramOf(sorted);
  const most = Math.max(...steps.map(([, count]) => count));
  for (const [upper, count] of steps) {
    const bar = paint(io, io.stdout, 'green', '█'.repeat(Math.ceil((COLUMN_WIDTH * count) / most)));
    print(io, `≤ ${String(upper).padStart(5)} ms ${bar} ${count}`);
  }
}
