import type { Hub } from '@tetracast/hub';
import type { Limits } from '../limits/limits';
import type { Session } from '../session';
import type { ConnectionRegistry } from './connection-registry';
import { inTurns } from './in-turns';
import type {
  ConnectionAction,
  ConnectionFilter,
  ListedConnection,
  ProcessQuestion,
  ProcessReplies,
} from './process-question';

/**
 * Maximum bytes of connections in one answer, about. The answers of all processes arrive on one connection to Redis, and the asker
 * parses, sorts and sends them in one turn of its event loop.
 */
const ANSWER_BYTES = 32 * 1024;

/** What a process answers questions from. */
export interface AnsweringProcess {
  readonly name: string;
  /** When it started, in ms since 1970. */
  readonly startedAt: number;
  readonly connections: ConnectionRegistry;
  readonly hub: Hub;
  readonly limits: Pick<Limits, 'refused'>;
}

/** Answers a question of any process about the connections of this one. It never holds up the process for long. */
export async function answerQuestion(process: AnsweringProcess, text: string): Promise<string> {
  const question = JSON.parse(text) as ProcessQuestion;
  switch (question.kind) {
    case 'list':
      return list(process, question);
    case 'act':
      return JSON.stringify(
        (await act(process.connections, question.filter, question.action)) satisfies ProcessReplies['act'],
      );
    case 'subscribers':
      return JSON.stringify(
        (await countSubscribers(process, question.channels)) satisfies ProcessReplies['subscribers'],
      );
    case 'stats':
      return JSON.stringify(statsOf(process) satisfies ProcessReplies['stats']);
  }
}

async function list(
  { connections, name }: AnsweringProcess,
  { filter, after, limit }: Extract<ProcessQuestion, { kind: 'list' }>,
): Promise<string> {
  const found: string[] = [];
  let bytes = 0;
  let more = false;
  const [since, process] = after ?? [0, ''];
  await inTurns(connections.all(), connections.runtime, (session) => {
    // A page visits those of all pages before it: a key for each would cost more than the rest.
    if (since > session.since || (since === session.since && name <= process)) return true;
    if (!fits(session, filter)) return true;
    more = found.length === limit || bytes >= ANSWER_BYTES;
    if (more) return false;
    const item = JSON.stringify(describe(session));
    bytes += item.length;
    return found.push(item);
  });
  return `{"connections":[${found.join(',')}],"more":${more}}`;
}

function fits({ connection, user }: Session, { id, channel, user: wanted, client }: ConnectionFilter): boolean {
  return (
    (id === undefined || connection.hasId(id)) &&
    (wanted === undefined || user === wanted) &&
    (client === undefined || connection.knownClient === client) &&
    (channel === undefined || connection.channels.includes(channel))
  );
}

function describe({ connection, transport, since, user, quota }: Session): ListedConnection {
  const { id, knownClient, channels, sink } = connection;
  return {
    id,
    transport,
    address: quota.address,
    since,
    ...(user === undefined ? {} : { user }),
    ...(knownClient === undefined ? {} : { client: knownClient }),
    channels,
    pendingBytes: sink.bytesPending ?? 0,
    behind: channels.length > 0 && connection.state !== 'live',
  };
}

async function act(
  connections: ConnectionRegistry,
  filter: ConnectionFilter,
  action: ConnectionAction,
): Promise<ProcessReplies['act']> {
  const results: Promise<boolean | undefined>[] = [];
  await inTurns(connections.all(), connections.runtime, (session) => {
    if (fits(session, filter)) results.push(perform(session, action));
  });
  const outcomes = await Promise.all(results);
  const count = (outcome: boolean): number => outcomes.filter((each) => each === outcome).length;
  return { done: count(true), refused: count(false) };
}

async function perform(session: Session, action: ConnectionAction): Promise<boolean | undefined> {
  switch (action.kind) {
    case 'close':
      session.connection.end(action.reason);
      return true;
    case 'subscribe':
      return session.subscribeByServer(action.channels);
    case 'unsubscribe':
      return session.unsubscribeByServer(action.channels);
  }
}

async function countSubscribers(
  { connections, hub }: AnsweringProcess,
  channels: readonly string[],
): Promise<Record<string, number>[]> {
  const counts: Record<string, number>[] = [];
  for (const channel of channels) {
    const byTransport: Record<string, number> = {};
    await inTurns(hub.readersOf(channel), connections.runtime, (connection) => {
      const { transport } = connections.find(connection) ?? {};
      if (transport !== undefined) byTransport[transport] = (byTransport[transport] ?? 0) + 1;
    });
    counts.push(byTransport);
  }
  return counts;
}

function statsOf({ connections, hub, limits, startedAt }: AnsweringProcess): ProcessReplies['stats'] {
  const { channels, published, delivered, refilled } = hub.stats;
  const refused = limits.refused.reduce((sum, { count }) => sum + count, 0);
  return { since: startedAt, connections: connections.byTransport, channels, published, delivered, refilled, refused };
}
