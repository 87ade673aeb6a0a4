import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { COSTS, SIZE_TEST } from '../src/size/costs';
import { numberText, unitText } from '../src/size/numbers';
import { cli } from './run-cli';

interface Results {
  readonly results: readonly {
    readonly name: string;
    readonly rows: readonly {
      readonly name: string;
      readonly transport: string;
      readonly cells: Readonly<Record<string, { readonly median: number }>>;
    }[];
  }[];
}

interface Sized {
  readonly steps: readonly { readonly id: string; readonly value: number }[];
  readonly problems: readonly string[];
}

const read = (path: string): string => readFileSync(resolve(__dirname, '../../..', path), 'utf8');

/** What was measured, by the names that the costs have for it. */
const measured = new Map<string, number>();
for (const { name, rows } of (JSON.parse(read('docs/performance/results.json')) as Results).results) {
  for (const row of rows) {
    for (const [column, { median }] of Object.entries(row.cells)) {
      measured.set(`${name}, ${row.transport} ${row.name}, ${column}`, median);
    }
  }
}
const [head = [], , ...soak] = read('docs/performance/soak.md')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()));
for (const row of soak) head.forEach((column, i) => measured.set(`soak, ${row[1]}, ${column}`, Number(row[i])));

/** Whatever `tetracast size` finds, by its id. */
async function sizeOf(...args: readonly string[]): Promise<(id: string) => number> {
  const { out } = await cli(['size', '--json', ...args]);
  const { steps } = JSON.parse(out) as Sized;
  const values = new Map(steps.map(({ id, value }) => [id, value]));
  return (id) => values.get(id) ?? Number.NaN;
}

function expectWithin(factor: number, value: number, cell: string): void {
  const ratio = value / (measured.get(cell) ?? Number.NaN);
  expect(ratio).toBeLessThan(factor);
  expect(ratio).toBeGreaterThan(1 / factor);
}

describe('the costs', () => {
  const figures = COSTS.filter(({ from }) => from !== SIZE_TEST);

  it.each(figures.map(({ what, value, from }) => [what, value, from] as const))('%s: is %d of %s', (_, value, from) => {
    const digits = String(value).replace(/\D/g, '').replace(/^0+/, '').length;
    expect(Number(measured.get(from)?.toPrecision(digits))).toBe(value);
  });
});

describe('docs/sizing.md', () => {
  const page = read('docs/sizing.md');
  const between = (name: string): string =>
    page.split(`<!-- ${name} -->`)[1]?.split(`<!-- /${name} -->`)[0]?.trim() ?? '';

  it('has every cost', () => {
    const rows = between('costs').split('\n').slice(2);
    expect(
      rows.map((row) =>
        row
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, 4),
      ),
    ).toEqual(COSTS.map(({ what, value, unit, from }) => [what, `${value} ${unit}`, from]));
  });

  it('shows what the command prints', async () => {
    const [, command = ''] = /^tetracast (size .*)$/m.exec(page) ?? [];
    const { out } = await cli(command.split(' '));
    expect(between('size')).toBe(`\`\`\`text excerpt\n${out}\`\`\``);
  });
});

/** Measured in other scenarios than the costs. */
describe('size, beside what was measured', () => {
  it.each([
    ['websocket', 'WebSocket'],
    ['sse', 'SSE'],
    ['socketio', 'Socket.IO'],
  ])('says within a quarter how busy %s is with 5000 subscribers and 20 messages a second', async (transport, name) => {
    const size = await sizeOf('--connections', '5000', '--rate', '20', '--transports', transport);
    expectWithin(1.25, size(`${transport}.cores`), `latency, ${name} Tetracast, cores busy`);
  });

  it('says within a half what a message costs in a fan-out from one publisher, with Redis', async () => {
    const size = await sizeOf('--connections', '1000', '--rate', '100', '--publish', 'connection');
    const cores = size('websocket.cores') + size('publish.cores') + size('redis.cores');
    expectWithin(1.5, (cores * 1e6) / (1000 * 100), 'fan-out, WebSocket Tetracast with Redis, 1 publisher');
  });

  it('says within a quarter what a message costs where each channel has one subscriber', async () => {
    const load = ['--connections', '2000', '--channels', '2000', '--rate', '10000'];
    const size = await sizeOf(...load, '--publish', 'connection');
    const cores = size('websocket.cores') + size('publish.cores') + size('redis.cores');
    expectWithin(
      1.25,
      (cores * 1e6) / 10_000,
      'many-channels, WebSocket Tetracast with Redis, published on a connection, CPU-µs',
    );
  });

  it('says within a quarter the memory of a process with 1000 connections', async () => {
    const size = await sizeOf('--connections', '1000', '--rate', '50');
    expectWithin(1.25, size('websocket.memory') / 1e6, 'soak, WebSocket, 10 min');
  });
});

describe('size', () => {
  it('needs processes for the connections, and for the deliveries', async () => {
    const quiet = await sizeOf('--connections', '1e6', '--rate', '0.01');
    const busy = await sizeOf('--connections', '1e6', '--rate', '50');

    expect(quiet('websocket.processes')).toBe(20);
    expect(quiet('gateway.workers')).toBe(123);
    expect(busy('websocket.deliveries')).toBe(50e6);
    expect(busy('websocket.cores') / busy('websocket.processes')).toBeLessThan(0.6);
    expect(busy('websocket.cores') / (busy('websocket.processes') - 2)).toBeGreaterThan(0.6);
  });

  it('divides the connections between transports by their parts', async () => {
    const size = await sizeOf('--connections', '4000', '--rate', '1', '--transports', 'websocket=3,polling=1');

    expect([size('websocket.deliveries'), size('polling.deliveries'), size('sse.deliveries')]).toEqual([
      3000,
      1000,
      NaN,
    ]);
  });

  it('keeps of each channel what HISTORY_SIZE and HISTORY_TTL keep', async () => {
    const load = ['--connections', '10', '--channels', '10', '--rate', '10', '--bytes', '1000'];
    const [bySize, byTime] = [await sizeOf(...load, '--history', '5'), await sizeOf(...load, '--history-seconds', '2')];

    expect(bySize('redis.memory')).toBe(10 * (4100 + 5 * 1040));
    expect(byTime('redis.memory')).toBe(10 * (4100 + 2 * 1040));
  });

  it('prints the arithmetic, and what one Redis cannot carry', async () => {
    const { code, out } = await cli(['size', '--connections', '1e6', '--rate', '1e5', '--channels', '1_000_000']);

    expect(code).toBe(0);
    expect(out).toMatch(
      /^websocket\.deliveries +100 000 \/s\n {2}100 000 messages\/s × 1 000 000 connections × 1 of 1 000 000/m,
    );
    expect(out).toMatch(/^One Redis server has one core for commands/m);
  });

  it('says that no number of processes is enough where each would receive too much', async () => {
    const { out } = await cli(['size', '--json', '--connections', '10', '--rate', '40000']);

    expect((JSON.parse(out) as Sized).problems[0]).toMatch(
      /^websocket: a process would have to receive 40 000 messages\/s/,
    );
  });

  it.each([
    [['--connections', '0', '--rate', '1'], 2, 'above 0'],
    [['--connections', '1.5', '--rate', '1'], 2, 'whole number'],
    [['--connections', '10'], 2, "'-r, --rate <n>' not specified"],
    [['--connections', '10', '--rate', '1', '--load', '101'], 2, 'at most 100'],
    [['--connections', '10', '--rate', '1', '--transports', 'udp'], 2, '"udp" must be one of websocket, sse'],
    [['--connections', '10', '--rate', '1', '--transports', 'sse,sse'], 2, 'each transport once'],
    [['--connections', '10', '--rate', '1', '--subscriptions', '2'], 1, '--subscriptions must be at most --channels'],
  ])('refuses %j', async (args, expected, words) => {
    const { code, err } = await cli(['size', ...args]);

    expect(code).toBe(expected);
    expect(err).toContain(words);
  });
});

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [12, '12'],
    [1_234_000, '1 234 000'],
    [0.001_234_5, '0.00123'],
    [12.345, '12.3'],
    [1234.5, '1 235'],
  ])('%d is %s', (value, text) => expect(numberText(value)).toBe(text));

  it.each([
    [1_540_000_000, '1.54 GB'],
    [999, '999 B'],
  ])('%d bytes are %s', (value, text) => expect(unitText(value, 'B')).toBe(text));
});
