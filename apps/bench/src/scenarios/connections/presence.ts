import { mkdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuUs } from '../../cpu';
import { observeMembers, openStream } from '../../event-stream';
import { BUILT } from '../../places';
import type { Reading, Scenario } from '../../scenario';
import { twoProcesses } from '../../systems/two-processes';

const CHANNEL = 'room:bench';
/** Handshakes in progress at a time. */
const AT_ONCE = 200;
const COUNTS = 200;
const PAGE = 1000;

const NAMESPACES = '{"namespaces":{"room":{"presence":true}}}';

export const presence: Scenario = {
  name: 'presence',
  title: 'Members of one channel',
  unit: 'as each column says; CPU is that of both processes and Redis',
  method:
    'Two processes and their Redis share one core. 10 000 event streams, half of them on each, become members of one channel as fast as ' +
    'they are accepted, and each gets every join after its own. Then the members are counted and listed, one request after the other. ' +
    'Then one process is killed, and its members do not come back: until the first leave is the time of its lease; a count at the ' +
    'other one is true when it has only its own, and its streams have the true set when one that observes has all leaves.',
  alone: true,
  systems: [
    twoProcesses('sse', () => {
      const file = join(BUILT, 'namespaces.json');
      mkdirSync(BUILT, { recursive: true });
      writeFileSync(file, NAMESPACES);
      return { NAMESPACES_FILE: file };
    }),
  ],
  measure: async ({ nodes = [], pids, workers = [] }, { quick }) => {
    const members = quick ? 20 : 10_000;
    const [first = '', second = ''] = nodes;
    const sockets: Socket[] = [];
    try {
      const observer = await observeMembers(urlOf(first, 'presence=observe'));
      sockets.push(observer.socket);
      const before = cpuUs(pids);
      const joinMs = await timed(() => openAll(members, [first, second], sockets));
      await untilCount(first, (count) => count === members);
      const observedMs = await timed(() => until(() => observer.joins >= members));
      const joinCpuUs = cpuUs(pids) - before;
      const countMs = await timed(async () => {
        for (let n = 0; n < COUNTS; n++) await ask(first, 'limit=0');
      });
      let listed = 0;
      const listMs = await timed(async () => (listed = await list(first)));
      const readings = [
        reading('joins a second', members / (joinMs / 1000)),
        reading('last join: s until an observer has all', observedMs / 1000),
        reading('CPU-ms a join', joinCpuUs / members / 1000),
        reading('count, ms', countMs / COUNTS),
        reading('list of all, ms', listMs, (members - listed) / members),
      ];
      if (quick) return readings;
      const [, killed] = workers;
      if (killed === undefined) throw new Error('there is no second process');
      const others = pids.filter((pid) => pid !== killed);
      const beforeKill = cpuUs(others);
      process.kill(killed, 'SIGKILL');
      const leaseMs = await timed(() => untilCount(first, (count) => count < members));
      const killedMs = await timed(() => untilCount(first, (count) => count === members / 2));
      const leftMs = await timed(() => until(() => observer.leaves >= members / 2));
      readings.push(reading('killed: s until the first leave', leaseMs / 1000));
      readings.push(reading('then s until the count is true', killedMs / 1000));
      readings.push(reading('then s until an observer has all', leftMs / 1000));
      readings.push(reading('killed: CPU-ms a leave', (cpuUs(others) - beforeKill) / (members / 2) / 1000));
      return readings;
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
};

const reading = (column: string, value: number, lost = 0): Reading => ({ column, value, lost });

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

const urlOf = (node: string | undefined, query: string): string =>
  `http://${node ?? ''}/sse?channel=${CHANNEL}&${query}`;

/** Opens as many event streams, on the nodes in turn. */
async function openAll(count: number, nodes: readonly string[], sockets: Socket[]): Promise<void> {
  let next = 0;
  const openRest = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++)
      sockets.push(await openStream(urlOf(nodes[index % nodes.length], `presence=true&client=tab-${index}`)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, openRest));
}

interface Answer {
  readonly members: readonly unknown[];
  readonly count: number;
  readonly page?: string;
}

async function ask(node: string, query: string): Promise<Answer> {
  const response = await fetch(`http://${node}/presence?channel=${CHANNEL}&${query}`);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** The number of members on all pages. */
async function list(node: string): Promise<number> {
  let found = 0;
  let page: string | undefined;
  do {
    const answer = await ask(node, `limit=${PAGE}${page === undefined ? '' : `&page=${page}`}`);
    found += answer.members.length;
    ({ page } = answer);
  } while (page !== undefined);
  return found;
}

async function untilCount(node: string, isDone: (count: number) => boolean): Promise<void> {
  await until(async () => isDone((await ask(node, 'limit=0')).count));
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isDone())) await delay(50);
}
