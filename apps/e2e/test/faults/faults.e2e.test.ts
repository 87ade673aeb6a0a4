import { Cluster, TRANSPORTS } from './cluster';
import { type Fault, FAULTS } from './faults';
import type { LogServers } from './log-servers';
import { type Row, runCase } from './run-case';
import { SUBSCRIBERS } from './subscribers';
import { SENTINEL_FAULTS } from './sentinel-faults';
import { SentinelRedis } from './sentinel-redis';
import { SwitchedRedis } from './switched-redis';
import { formatTable } from './table';

const isLong = process.env['FAULTS'] === 'long';
const ROUNDS = Number(process.env['FAULTS_ROUNDS'] ?? (isLong ? 5 : 1));
/** In short, one of each transport: those called as its service. */
const CLIENTS = Object.keys(SUBSCRIBERS).filter((name) => isLong || TRANSPORTS.some(({ service }) => service === name));
/** The last resort: what hangs is found by its own wait. */
const CASE_TIMEOUT_MS = 300_000;

const rows: Row[] = [];
let cluster: Cluster<SwitchedRedis>;

beforeAll(async () => {
  cluster = await Cluster.start(await SwitchedRedis.start());
}, CASE_TIMEOUT_MS);

afterAll(async () => {
  process.stdout.write(`\n${formatTable(rows)}\n\n`);
  await cluster[Symbol.asyncDispose]();
}, CASE_TIMEOUT_MS);

function expectBlameless({ fault, client, missing, duplicated, disordered, problems }: Row): void {
  expect({ fault, client, missing, duplicated, disordered, problems }).toEqual({
    ...{ fault, client },
    ...{ missing: 0, duplicated: 0, disordered: 0, problems: [] },
  });
}

/** A reset without a cause is wrong. So is a certain reset that no subscriber received: the fault did nothing. */
function expectResets<L extends LogServers>({ reset, resetIsCertain = true }: Fault<L>, found: readonly Row[]): void {
  const received = [...new Set(found.flatMap(({ resets }) => resets))];
  if (received.length > 0 || resetIsCertain) expect(received).toEqual(reset === undefined ? [] : [reset]);
}

async function expectBorne<L extends LogServers>(round: number, system: Cluster<L>, fault: Fault<L>): Promise<void> {
  const found = await runCase(system, fault, CLIENTS);
  rows.push(...found.map((row) => (ROUNDS > 1 ? { ...row, fault: `${round} ${row.fault}` } : row)));
  found.forEach(expectBlameless);
  expectResets(fault, found);
}

describe.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))('round %i', (round) => {
  it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    '%s',
    (_, fault) => expectBorne(round, cluster, fault),
    CASE_TIMEOUT_MS,
  );

  it.each(SENTINEL_FAULTS.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (_, fault) => {
      await using system = await Cluster.start(await SentinelRedis.start());
      await expectBorne(round, system, fault);
    },
    CASE_TIMEOUT_MS,
  );
});
