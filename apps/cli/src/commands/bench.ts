import type { Client, TransportName } from '@tetracast/client';
import { randomText } from '@tetracast/node-io/runtime';
import { type Command, Option } from 'commander';
import { connect, type ServerOptions, TRANSPORTS, withServer } from '../connect';
import { type Io, paint, print } from '../io';
import { wholeNumber } from './sub';

interface BenchOptions extends ServerOptions {
  readonly transport: TransportName;
  readonly clients: number;
  readonly rate: number;
  readonly seconds: number;
  readonly size: number;
  readonly channel?: string;
}

const PERCENTILES = [50, 90, 99, 99.9, 100];
const BAR_WIDTH = 40;

export function addBench(program: Command, io: Io): void {
  withServer(program.command('bench'), io)
    .description('publish at a fixed rate, and measure how long messages take to each subscriber')
    .addOption(new Option('--transport <name>', 'of the subscribers').choices(TRANSPORTS).default('websocket'))
    .option('-c, --clients <n>', 'subscribers', wholeNumber, 10)
    .option('-r, --rate <n>', 'messages a second', wholeNumber, 20)
    .option('-s, --seconds <n>', 'how long', wholeNumber, 10)
    .option('--size <bytes>', 'of the data', wholeNumber, 256)
    .option('--channel <name>', 'default: a fresh one')
    .action((options: BenchOptions) => bench(options, io));
}

async function bench(options: BenchOptions, io: Io): Promise<void> {
  const { transport, clients, rate, seconds, size } = options;
  const { runtime, signal } = io;
  const channel = options.channel ?? `bench-${randomText(runtime, 9, 'hex')}`;
  const latencies: number[] = [];
  const expected = rate * seconds * clients;
  let onAll = (): void => undefined;
  const all = new Promise<void>((resolve) => (onAll = resolve));
  signal.addEventListener('abort', onAll);
  const take = (data: unknown): void => {
    latencies.push(runtime.monotonicMs() - (data as { at: number }).at);
    if (latencies.length === expected) onAll();
  };
  await using publisher = connect(options, io, { transports: ['websocket', 'polling'] });
  const subscribers = Array.from({ length: clients }, () => connect(options, io, { transports: [transport] }));
  try {
    await Promise.all(subscribers.map((client) => begin(client, channel, take)));
    await begin(publisher, `${channel}-idle`, () => undefined);
    await publishAtRate(publisher, channel, options, 'x'.repeat(size), latencies, io);
    await Promise.race([all, pause(io, 5000)]);
  } finally {
    for (const client of subscribers) client.close();
  }
  report(latencies, expected, io);
}

function begin(client: Client, channel: string, take: (data: unknown) => void): Promise<string> {
  return new Promise((onBegin, onError) => {
    client.subscribe(channel, { onBegin, onError, onMessage: ({ data }) => take(data) });
  });
}

async function publishAtRate(
  publisher: Client,
  channel: string,
  { rate, seconds, clients }: BenchOptions,
  filler: string,
  latencies: readonly number[],
  io: Io,
): Promise<void> {
  const { runtime, signal, stderr } = io;
  const startedMs = runtime.monotonicMs();
  const acknowledged: Promise<unknown>[] = [];
  for (let sent = 0; sent < rate * seconds && !signal.aborted; sent++) {
    await pause(io, startedMs + (sent * 1000) / rate - runtime.monotonicMs());
    acknowledged.push(publisher.publish(channel, { at: runtime.monotonicMs(), filler }));
    if (stderr.isTTY !== true || sent % Math.ceil(rate / 10) > 0) continue;
    const done = Math.round((BAR_WIDTH * sent) / (rate * seconds));
    const bar = '█'.repeat(done) + '░'.repeat(BAR_WIDTH - done);
    const perSecond = Math.round((latencies.length * 1000) / (runtime.monotonicMs() - startedMs + 1));
    stderr.write(`\r${bar} ${sent} published, ${perSecond}/s of ${rate * clients}/s received `);
  }
  await Promise.all(acknowledged);
  if (stderr.isTTY === true) stderr.write('\r\u001b[K');
}

function pause({ runtime }: Io, ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => void runtime.setTimeout(resolve, ms));
}

function report(latencies: readonly number[], expected: number, io: Io): void {
  const sorted = latencies.toSorted((one, other) => one - other);
  print(io, `${sorted.length} of ${expected} messages received`);
  if (sorted.length === 0) return;
  const at = (percent: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
  print(io, PERCENTILES.map((percent) => `p${percent} ${at(percent).toFixed(1)} ms`).join('   '));
  const groups = new Map<number, number>();
  for (const ms of sorted) {
    const upper = 2 ** Math.max(0, Math.ceil(Math.log2(ms)));
    groups.set(upper, (groups.get(upper) ?? 0) + 1);
  }
  const most = Math.max(...groups.values());
  for (const [upper, count] of groups) {
    const bar = paint(io, io.stdout, 'green', '█'.repeat(Math.ceil((BAR_WIDTH * count) / most)));
    print(io, `≤ ${String(upper).padStart(5)} ms ${bar} ${count}`);
  }
}
