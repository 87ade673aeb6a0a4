import type { Message } from '@tetracast/message-model';
import { streamDrivers } from '@tetracast/testing';
import type { Cluster } from './cluster';
import type { Fault } from './faults';
import { type Entry, Ledger } from './ledger';
import type { LogServers } from './log-servers';
import {
  type Finals,
  startEnding,
  startHttpPublisher,
  startSocketioPublisher,
  startWebSocketPublisher,
} from './publishers';
import { openSubscriber, type Subscriber } from './subscribers';
import type { Numbered } from './trace';
import { judge, type Verdict } from './verdict';

export interface Row extends Verdict {
  readonly fault: string;
  readonly client: string;
}

/** Messages acknowledged before the fault and after it. */
const STRETCH = 25;

let cases = 0;

/** One fault on all `clients` at the same time; resolves with a row for each, whatever it says. */
export async function runCase<L extends LogServers>(
  cluster: Cluster<L>,
  fault: Fault<L>,
  clients: readonly string[],
): Promise<Row[]> {
  await cluster.heal(fault.replicas ?? 1);
  const running: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(part: T): T => {
    running.push(part);
    return part;
  };
  try {
    return await runWith(keep, cluster, fault, clients);
  } finally {
    await Promise.all(running.map((part) => part[Symbol.asyncDispose]()));
  }
}

async function runWith<L extends LogServers>(
  keep: <T extends AsyncDisposable>(part: T) => T,
  cluster: Cluster<L>,
  fault: Fault<L>,
  clients: readonly string[],
): Promise<Row[]> {
  const { url } = cluster;
  const run = `case-${process.pid}-${++cases}`;
  const examples = streamDrivers.map(({ service, path }) => ({ name: `post-${service}`, path, channel: service }));
  const names = [fault.namespace ?? 'a', 'b', 'c', 'd', 'e', ...examples.map(({ channel }) => channel)];
  const ended = ['x', 'y', 'z'].map((name) => `${name}:${run}`);
  const channels = [...names.map((name) => `${name}:${run}`), ...ended];
  const subscribers = await Promise.all(clients.map(async (name) => keep(await openSubscriber(name, url, channels))));
  const ledger = new Ledger();
  const publishers = [
    keep(startHttpPublisher({ ledger, url, name: 'post-polling', channels: channels.slice(0, 1) }, '/polling')),
    keep(startHttpPublisher({ ledger, url, name: 'post-sse', channels: channels.slice(1, 3) }, '/sse')),
    keep(startWebSocketPublisher({ ledger, url, name: 'ws', channels: channels.slice(3, 4) })),
    keep(startSocketioPublisher({ ledger, url, name: 'socketio', channels: channels.slice(4, 5) })),
    ...examples.map(({ name, path, channel }) =>
      keep(startHttpPublisher({ ledger, url, name, channels: [`${channel}:${run}`] }, path)),
    ),
  ];
  await ledger.progress(STRETCH);
  // An EventSource has a place to go on from once it has had a message.
  await Promise.all(subscribers.map(({ trace }) => trace.until(() => trace.events.length > 0)));
  publishers.push(keep(startEnding({ ledger, url, name: 'end', channels: ended }, '/polling')));
  await fault.run({ cluster, subscribers, ledger });
  await ledger.progress(STRETCH);
  const finals = (await Promise.all(publishers.map((publisher) => publisher.finish()))).flat();
  const ends = await Promise.all(subscribers.map((subscriber) => awaitEnd(subscriber, finals)));
  const stored = await readLog(url, channels);
  return subscribers.map(({ name, trace }, index) => {
    const verdict = judge(ledger.entries, trace.events, stored);
    const problems = [...(ends[index] ?? []), ...verdict.problems];
    return { ...verdict, fault: fault.name, client: name, problems };
  });
}

/** What kept the subscriber from seeing the last of all messages, if anything did. */
async function awaitEnd({ trace }: Subscriber, finals: Finals): Promise<string[]> {
  try {
    await trace.until(() => finals.every(({ channel, by, n }) => trace.sees(channel, by, n)));
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** What the log holds of these channels. */
async function readLog(url: string, channels: readonly string[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  let after = 'earliest';
  for (;;) {
    const query = new URLSearchParams({ channel: channels.join(), after, limit: '1000' });
    const response = await fetch(`${url}/polling?${query.toString()}`);
    const { messages, cursor } = (await response.json()) as { messages: Message[]; cursor: string };
    if (messages.length === 0) return entries;
    entries.push(...messages.map(({ channel, id, data }) => ({ channel, id, ...(data as Numbered) })));
    after = cursor;
  }
}
