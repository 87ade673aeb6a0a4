import type { ResetReason } from '@tetracast/message-model';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster';
import type { Ledger } from './ledger';
import type { Subscriber, SubscriberName } from './subscribers';

export interface FaultContext {
  readonly cluster: Cluster;
  readonly subscribers: readonly Subscriber[];
  readonly ledger: Ledger;
}

export interface Fault {
  readonly name: string;
  /** What the system needs before; done with nothing published yet. */
  prepare?(cluster: Cluster): Promise<void>;
  /** The fault itself, while messages are published; resolves when all is well again. */
  run(context: FaultContext): Promise<void>;
  /** The namespace of the first channel. */
  readonly namespace?: string;
  /** Clients that cannot bear it, by contract. */
  readonly without?: readonly SubscriberName[];
  /** The reset every subscriber must be told; without it none may be told any. */
  readonly reset?: ResetReason;
  /** It may be told, if messages were really lost. */
  readonly mayReset?: boolean;
}

/** Messages acknowledged before, between and after what is done. */
const STRETCH = 25;
const CUTS = 6;
const CUT_PERIOD_MS = 300;
/** Attempts to publish that must come to nothing before what is down is started again. */
const REFUSALS = 6;

const cutAll = (subscribers: readonly Subscriber[], meanwhile?: () => Promise<unknown>): Promise<unknown> =>
  Promise.all(subscribers.map((subscriber) => subscriber.cut(meanwhile)));

export const FAULTS: readonly Fault[] = [
  {
    name: 'clients cut every 300 ms',
    run: async ({ subscribers }) => {
      for (let cut = 0; cut < CUTS; cut++) {
        await delay(CUT_PERIOD_MS); // the rhythm of the fault itself
        await cutAll(subscribers);
      }
    },
  },
  {
    name: 'clients away for a while',
    run: async ({ subscribers, ledger }) => {
      await cutAll(subscribers, () => ledger.progress(4 * STRETCH));
    },
  },
  {
    name: 'clients away for longer than the history',
    namespace: 'short',
    reset: 'trimmed',
    run: async ({ subscribers, ledger }) => {
      await cutAll(subscribers, () => ledger.progress(12 * STRETCH));
    },
  },
  {
    name: 'services killed, all of them',
    run: async ({ cluster, ledger }) => {
      await cluster.killServices();
      await ledger.refusals(REFUSALS);
      await cluster.startServices();
    },
  },
  {
    name: 'two replicas restarted in turn',
    // Its requests would have to go to the replica that knows the session.
    without: ['socketio polling', 'socketio upgraded'],
    prepare: (cluster) => cluster.scale(2),
    run: ({ cluster, ledger }) => cluster.restartOneByOne(() => ledger.progress(STRETCH)),
  },
  {
    name: 'nginx reloaded',
    run: ({ cluster }) => cluster.reloadNginx(),
  },
  {
    name: 'nginx restarted',
    run: ({ cluster }) => cluster.restartNginx(),
  },
  {
    name: 'Redis: CLIENT KILL TYPE pubsub, three times',
    run: async ({ cluster, ledger }) => {
      for (let time = 0; time < 3; time++) {
        await cluster.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await ledger.progress(STRETCH);
      }
    },
  },
  {
    name: 'Redis stopped and started, clients cut meanwhile',
    run: async ({ cluster, subscribers, ledger }) => {
      await cluster.redis.stop();
      await cutAll(subscribers);
      await ledger.refusals(REFUSALS);
      await cluster.redis.restart();
    },
  },
  {
    name: 'Redis killed and started, clients cut meanwhile',
    // Redis acknowledges before the file is on disk, and now and then before it is written at all.
    mayReset: true,
    run: async ({ cluster, subscribers, ledger }) => {
      await cluster.redis.kill('SIGKILL');
      await cutAll(subscribers);
      await ledger.refusals(REFUSALS);
      await cluster.redis.restart();
    },
  },
  {
    name: 'Redis: FLUSHALL',
    reset: 'epoch',
    run: ({ cluster }) => cluster.redis.flush(),
  },
  {
    name: 'Redis: FLUSHALL, clients away',
    reset: 'epoch',
    run: async ({ cluster, subscribers, ledger }) => {
      await cutAll(subscribers, async () => {
        await cluster.redis.flush();
        await ledger.progress(STRETCH);
      });
    },
  },
  {
    name: 'Redis replaced by a replica that lost the tail',
    reset: 'epoch',
    run: async ({ cluster, ledger }) => {
      await replaceRedis(cluster, () => ledger.progress(2 * STRETCH));
    },
  },
  {
    name: 'Redis replaced by a replica that lost the tail, clients away',
    reset: 'epoch',
    run: async ({ cluster, subscribers, ledger }) => {
      await cutAll(subscribers, async () => {
        await replaceRedis(cluster, () => ledger.progress(2 * STRETCH));
        await ledger.progress(3 * STRETCH);
      });
    },
  },
  {
    name: 'Redis replaced by a replica that lost the tail, services killed',
    reset: 'epoch',
    run: async ({ cluster, ledger }) => {
      await replaceRedis(cluster, async () => {
        await ledger.progress(2 * STRETCH);
        await cluster.killServices();
      });
      await cluster.startServices();
    },
  },
];

/** A failover to a replica that knows nothing of what is acknowledged in `tail`. */
async function replaceRedis(cluster: Cluster, tail: () => Promise<void>): Promise<void> {
  const replica = await cluster.startRedisReplica();
  await replica.command('REPLICAOF', 'NO', 'ONE');
  await tail();
  await cluster.redis.kill('SIGKILL');
  cluster.replaceRedis(replica);
}
