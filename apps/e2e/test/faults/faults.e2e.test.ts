import { Cluster } from './cluster';
import { type Fault, FAULTS } from './faults';
import { type Row, runCase } from './run-case';
import { type SubscriberName, SUBSCRIBERS } from './subscribers';
import { formatTable } from './table';

const isLong = process.env['FAULTS'] === 'long';
const ROUNDS = Number(process.env['FAULTS_ROUNDS'] ?? (isLong ? 5 : 1));
const SHORT: readonly SubscriberName[] = ['polling', 'sse', 'websocket', 'socketio'];
const LONG = Object.keys(SUBSCRIBERS) as SubscriberName[];
const CASE_TIMEOUT_MS = 90_000;

const rows: Row[] = [];
let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start();
}, CASE_TIMEOUT_MS);

afterAll(async () => {
  process.stdout.write(`\n${formatTable(rows)}\n\n`);
  await cluster[Symbol.asyncDispose]();
}, CASE_TIMEOUT_MS);

function subscribersOf({ without = [] }: Fault): SubscriberName[] {
  return (isLong ? LONG : SHORT).filter((name) => !without.includes(name));
}

function expectBlameless({ fault, subscriber, missing, duplicated, disordered, problems }: Row): void {
  expect({ fault, subscriber, missing, duplicated, disordered, problems }).toEqual({
    ...{ fault, subscriber },
    ...{ missing: 0, duplicated: 0, disordered: 0, problems: [] },
  });
}

describe.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))('round %i', (round) => {
  it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (_, fault) => {
      const found = await runCase(cluster, fault, subscribersOf(fault));
      rows.push(...found.map((row) => (isLong ? { ...row, fault: `${round} ${row.fault}` } : row)));
      found.forEach(expectBlameless);
      for (const { subscriber, resets } of found) {
        const reasons = [...new Set(resets)];
        const expected = fault.reset === undefined ? [] : [fault.reset];
        if (fault.mayReset !== true) expect({ subscriber, reasons }).toEqual({ subscriber, reasons: expected });
      }
    },
    CASE_TIMEOUT_MS,
  );
});
