import type { ProcessQuestions } from '@tetracast/bus';
import type {
  CloseName,
  Closed,
  ConnectionInfo,
  Connections,
  Stats,
  UserSubscribed,
  UserUnsubscribed,
} from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import { decodePage, encodePage } from '../page';
import { inTurns } from './in-turns';
import type {
  ConnectionAction,
  ConnectionFilter,
  ListedConnection,
  PageKey,
  ProcessQuestion,
  ProcessReplies,
} from './process-question';

/** How long the processes may take to answer, in ms. */
const ANSWER_TIMEOUT_MS = 1000;

/** What of each process adds up. */
const COUNTS = ['channels', 'published', 'delivered', 'refilled', 'refused'] as const;

/** The processes that did not answer in time. */
type Missing = Pick<Connections, 'missing'>;

interface Reply<K extends keyof ProcessReplies> {
  readonly process: string;
  readonly reply: ProcessReplies[K];
}

/** The connections of all processes on one bus. Every method throws BusUnavailableError if it is unknown which processes there are. */
export class AllProcesses {
  constructor(
    private readonly bus: ProcessQuestions,
    private readonly runtime: Runtime,
  ) {}

  /** The connections that fit, the oldest first; `page` is that of the page before. @throws CodedError `invalid_request` */
  async list(filter: ConnectionFilter, limit: number, page?: string): Promise<Connections> {
    const after = page === undefined ? {} : { after: keyIn(page) };
    const { replies, missing } = await this.ask({ kind: 'list', filter, limit, ...after });
    const { oldest, isLast } = takeOldest(replies, limit);
    const last = oldest.at(-1);
    return {
      connections: oldest.map((item) => ({ ...item, since: Math.floor(item.since) })),
      ...(isLast || last === undefined ? {} : { page: encodePage(...keyOf(last)) }),
      missing,
    };
  }

  /** The connection with this id; `undefined` if no process that answered has it. */
  async find(id: string): Promise<Missing & { readonly connection?: ConnectionInfo }> {
    const { connections, missing } = await this.list({ id }, 1);
    const [connection] = connections;
    return { missing, ...(connection === undefined ? {} : { connection }) };
  }

  /** Closes the connections that fit. */
  async close(filter: ConnectionFilter, reason: CloseName): Promise<Closed> {
    const { done: closed, missing } = await this.act(filter, { kind: 'close', reason });
    return { closed, missing };
  }

  /** Subscribes the connections of a user, where the token allows all of the channels. */
  async subscribe(user: string, channels: readonly string[]): Promise<UserSubscribed> {
    const { done: subscribed, refused, missing } = await this.act({ user }, { kind: 'subscribe', channels });
    return { subscribed, refused, missing };
  }

  async unsubscribe(user: string, channels: readonly string[]): Promise<UserUnsubscribed> {
    const { done: unsubscribed, missing } = await this.act({ user }, { kind: 'unsubscribe', channels });
    return { unsubscribed, missing };
  }

  /** The connections of each channel, by transport. */
  async countSubscribers(
    channels: readonly string[],
  ): Promise<Missing & { readonly subscribers: Record<string, number>[] }> {
    const { replies, missing } = await this.ask({ kind: 'subscribers', channels });
    const subscribers = channels.map((_, index) => sumByTransport(replies.map(({ reply }) => reply[index] ?? {})));
    return { subscribers, missing };
  }

  async stats(): Promise<Stats> {
    const { replies, missing } = await this.ask({ kind: 'stats' });
    const processes = replies.map(({ process, reply }) => ({ process, ...reply }));
    processes.sort((one, next) => one.process.localeCompare(next.process));
    const total = {
      connections: sumByTransport(processes.map(({ connections }) => connections)),
      ...sumOf(processes, COUNTS),
    };
    return { processes, total, missing };
  }

  private async act(
    filter: ConnectionFilter,
    action: ConnectionAction,
  ): Promise<Missing & { readonly done: number; readonly refused: number }> {
    const { replies, missing } = await this.ask({ kind: 'act', filter, action });
    const outcomes = replies.map(({ reply }) => reply);
    return { ...sumOf(outcomes, ['done', 'refused']), missing };
  }

  private async ask<Q extends ProcessQuestion>(
    question: Q,
  ): Promise<Missing & { readonly replies: readonly Reply<Q['kind']>[] }> {
    const { answers, missing } = await this.bus.askProcesses(JSON.stringify(question), ANSWER_TIMEOUT_MS);
    const replies: Reply<Q['kind']>[] = [];
    // The answers of many processes take long to parse.
    await inTurns(answers, this.runtime, ({ process, text }) => {
      replies.push({ process, reply: JSON.parse(text) as ProcessReplies[Q['kind']] });
    });
    return { replies, missing: [...missing] };
  }
}

/**
 * The oldest connections, at most `limit`, and whether there are no more. They end with the last one of a process that has more than
 * it answered, whose next one may be older than those of the others. The answers are in order: sorting all would cost far more.
 */
function takeOldest(
  replies: readonly Reply<'list'>[],
  limit: number,
): { readonly oldest: (ListedConnection & { process: string })[]; readonly isLast: boolean } {
  const queues = replies.map(({ process, reply }) => ({ ...reply, process, taken: 0 }));
  const oldest: (ListedConnection & { process: string })[] = [];
  for (;;) {
    let found: ListedConnection | undefined;
    let queue = queues[0];
    for (const other of queues) {
      const item = other.connections[other.taken];
      if (item === undefined) {
        if (other.more) return { oldest, isLast: false };
      } else if (
        found === undefined ||
        item.since < found.since ||
        (item.since === found.since && other.process < (queue?.process ?? ''))
      ) {
        [found, queue] = [item, other];
      }
    }
    if (found === undefined || queue === undefined) return { oldest, isLast: true };
    if (oldest.length === limit) return { oldest, isLast: false };
    oldest.push({ ...found, process: queue.process });
    queue.taken++;
  }
}

function keyOf({ since, process }: Pick<ConnectionInfo, 'since' | 'process'>): PageKey {
  return [since, process];
}

function keyIn(page: string): PageKey {
  const [since, process = ''] = decodePage(page, /^(\d+(?:\.\d+)?) (.+)$/);
  return [Number(since), process];
}

/** The sums of these members. */
function sumOf<K extends string>(
  counts: readonly Readonly<Partial<Record<K, number>>>[],
  names: readonly K[],
): Record<K, number> {
  const sums = names.map((name) => [name, counts.reduce((sum, { [name]: count = 0 }) => sum + count, 0)]);
  return Object.fromEntries(sums) as Record<K, number>;
}

function sumByTransport(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  return sumOf(counts, [...new Set(counts.flatMap((each) => Object.keys(each)))]);
}
