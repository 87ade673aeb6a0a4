import type { ResetReason } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster';
import type { Ledger } from './ledger';
import type { LogServers } from './log-servers';
import type { Subscriber } from './subscribers';
import type { SwitchedRedis } from './switched-redis';

export interface FaultContext<L extends LogServers> {
  readonly cluster: Cluster<L>;
  readonly subscribers: readonly Subscriber[];
  readonly ledger: Ledger;
}

/** Resolves when all is in order again. Triggered and ended by what was published, never by a clock. */
export type RunFault<L extends LogServers = SwitchedRedis> = (context: FaultContext<L>) => Promise<void>;

export interface Fault<L extends LogServers = SwitchedRedis> {
  readonly name: string;
  /** The fault itself, while messages are published. */
  readonly run: RunFault<L>;
  /** Copies of each service. Default 1. */
  readonly replicas?: number;
  /** The namespace of the first channel. */
  readonly namespace?: string;
  /** The only reset that a subscriber may receive; without it none may come. */
  readonly reset?: ResetReason;
  /** Whether at least one subscriber must receive it. Default `true`. */
  readonly resetIsCertain?: boolean;
}

/** So many messages are acknowledged between one thing and the next. */
export const STRETCH = 25;
/** So many attempts to publish come to nothing before what is down is started again. */
const REFUSALS = 6;
const CUTS = 6;
const CUT_PERIOD_MS = 300;

/** Cuts the connections of all, and accepts new ones when `meanwhile` is done. */
export async function cutAll(subscribers: readonly Subscriber[], meanwhile?: () => Promise<void>): Promise<void> {
  let away: Promise<void> | undefined;
  await Promise.all(subscribers.map((subscriber) => subscriber.cut(async () => (away ??= meanwhile?.()))));
}

const cutOften: RunFault = async ({ subscribers }) => {
  for (let cut = 0; cut < CUTS; cut++) {
    await delay(CUT_PERIOD_MS); // the rhythm of the fault itself
    await cutAll(subscribers);
  }
};

/** Stretches after which even a channel with a sixth of the messages has more than a process keeps in memory, 320. */
const PAST_MEMORY = 100;

const cutFor =
  (stretches: number): RunFault =>
  ({ subscribers, ledger }) =>
    cutAll(subscribers, () => ledger.progress(stretches * STRETCH));

const killServices: RunFault = async ({ cluster, ledger }) => {
  await cluster.killServices();
  await ledger.refusals(REFUSALS);
  await cluster.startServices();
};

const killNews: RunFault = async ({ cluster, ledger }) => {
  for (let time = 0; time < 3; time++) {
    await cluster.log.primary.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await ledger.progress(STRETCH);
  }
};

const restartRedis =
  (signal: 'SIGTERM' | 'SIGKILL'): RunFault =>
  async ({ cluster, subscribers, ledger }) => {
    await cluster.log.primary.kill(signal);
    await cutAll(subscribers);
    await ledger.refusals(REFUSALS);
    await cluster.log.primary.restart();
  };

const refuseConnections: RunFault = async ({ cluster: { log }, ledger }) => {
  await log.address.refuse();
  await ledger.refusals(REFUSALS);
  await log.address.listen();
};

const flushWhileAway: RunFault = ({ cluster, subscribers, ledger }) =>
  cutAll(subscribers, async () => {
    await cluster.log.primary.flush();
    await ledger.progress(STRETCH);
  });

const failOver: RunFault = ({ cluster: { log }, ledger }) => log.failOver(() => ledger.progress(2 * STRETCH));

const failOverWhileAway: RunFault = ({ cluster, subscribers, ledger }) =>
  cutAll(subscribers, async () => {
    await cluster.log.failOver(() => ledger.progress(2 * STRETCH));
    // As many again as were lost: by now their numbers have been given out a second time.
    await ledger.progress(3 * STRETCH);
  });

const failOverAndKillServices: RunFault = async ({ cluster, ledger }) => {
  await cluster.log.failOver(async () => {
    await ledger.progress(2 * STRETCH);
    await cluster.killServices();
  });
  await cluster.startServices();
};

export const FAULTS: readonly Fault[] = [
  { name: 'clients cut every 300 ms', run: cutOften },
  { name: 'clients away for a while', run: cutFor(PAST_MEMORY) },
  { name: 'clients away for longer than the history', run: cutFor(PAST_MEMORY), namespace: 'short', reset: 'trimmed' },
  { name: 'services killed', run: killServices },
  {
    name: 'two replicas restarted in turn',
    replicas: 2,
    run: ({ cluster, ledger }) => cluster.restartOneByOne(() => ledger.progress(STRETCH)),
  },
  { name: 'nginx reloaded', run: ({ cluster }) => cluster.reloadNginx() },
  { name: 'nginx restarted', run: ({ cluster }) => cluster.restartNginx() },
  { name: 'Redis: CLIENT KILL TYPE pubsub', run: killNews },
  { name: 'Redis stopped and started, clients cut', run: restartRedis('SIGTERM') },
  // Redis answers before its file is on disk, and when the disk is slow before the file is written at all.
  {
    name: 'Redis killed and started, clients cut',
    run: restartRedis('SIGKILL'),
    reset: 'epoch',
    resetIsCertain: false,
  },
  { name: 'Redis: connections refused for a while', run: refuseConnections },
  { name: 'Redis: FLUSHALL', run: ({ cluster }) => cluster.log.primary.flush(), reset: 'epoch' },
  { name: 'Redis: FLUSHALL, clients away', run: flushWhileAway, reset: 'epoch' },
  { name: 'replica without the tail takes over', run: failOver, reset: 'epoch' },
  { name: 'the same, clients away', run: failOverWhileAway, reset: 'epoch' },
  { name: 'the same, services killed', run: failOverAndKillServices, reset: 'epoch' },
];
