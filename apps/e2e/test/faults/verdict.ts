import { decodeCursor } from '@tetracast/message-model';
import type { Entry } from './ledger';
import type { TraceEvent } from './trace';

/** How one subscriber was served. Only `missing`, `duplicated` and `disordered` are wrong, and any of them is. */
export interface Verdict {
  readonly published: number;
  readonly acknowledged: number;
  /** Different messages received. */
  readonly delivered: number;
  /** Acknowledged, never received, and no reset stands where they should have been. */
  readonly missing: number;
  /** Received again with no reset before that starts a new log. */
  readonly duplicated: number;
  /** Received after a later one of the same publisher, or from another log than the one before without a reset. */
  readonly disordered: number;
  /** Acknowledged, never received, and reported by a reset. */
  readonly excused: number;
  /** Reasons, in order. */
  readonly resets: readonly string[];
  /** The first of what is wrong, in words. */
  readonly problems: readonly string[];
}

/** What there is to know about one publisher's messages in one channel. */
interface Stream {
  readonly name: string;
  /** Epoch of the acknowledgement, by number. */
  readonly acknowledged: ReadonlyMap<number, string>;
  /** Numbers that the message log has in the end. */
  readonly stored: ReadonlySet<number>;
  /** What came between two resets that concern the channel. */
  readonly runs: readonly Run[];
}

interface Run {
  /** Why it begins; absent for the first. */
  readonly reason?: string;
  readonly messages: { readonly n: number; readonly epoch: string }[];
}

/** After these the log is handed over from its beginning, so what was received before may come again. */
const FROM_THE_START = new Set(['epoch', 'ahead']);
const PROBLEMS_SHOWN = 5;

/**
 * Judges what a subscriber of all `channels` received.
 *
 * @param entries what was published, per publisher and channel in order
 * @param trace what the subscriber received, in order
 * @param stored what the message log has in the end
 */
export function judge(entries: readonly Entry[], trace: readonly TraceEvent[], stored: readonly Entry[]): Verdict {
  const count = { delivered: 0, missing: 0, duplicated: 0, disordered: 0, excused: 0 };
  const problems: string[] = [];
  const wrong = (what: 'missing' | 'duplicated' | 'disordered', stream: Stream, n: number): void => {
    count[what]++;
    problems.push(`${stream.name} ${n} ${what}`);
  };
  for (const stream of streamsOf(entries, trace, stored)) {
    const received = new Set(stream.runs.flatMap(({ messages }) => messages.map(({ n }) => n)));
    count.delivered += received.size;
    for (const n of repeatedIn(stream)) wrong('duplicated', stream, n);
    for (const n of disorderedIn(stream)) wrong('disordered', stream, n);
    for (const n of stream.acknowledged.keys()) {
      if (received.has(n)) continue;
      if (isExcused(stream, n)) count.excused++;
      else wrong('missing', stream, n);
    }
  }
  return {
    ...count,
    published: entries.length,
    acknowledged: entries.filter(({ id }) => id !== undefined).length,
    resets: trace.flatMap((event) => (event.kind === 'reset' ? event.reason : [])),
    problems: problems.slice(0, PROBLEMS_SHOWN),
  };
}

function streamsOf(entries: readonly Entry[], trace: readonly TraceEvent[], stored: readonly Entry[]): Stream[] {
  const names = new Map([...entries, ...stored].map((entry) => [nameOf(entry), entry]));
  return [...names].map(([name, { channel, by }]) => ({
    name,
    acknowledged: new Map(
      entries.flatMap((entry) =>
        nameOf(entry) === name && entry.id !== undefined ? [[entry.n, epochOf(entry.id)] as const] : [],
      ),
    ),
    stored: new Set(stored.flatMap((entry) => (nameOf(entry) === name ? entry.n : []))),
    runs: runsOf(trace, channel, by),
  }));
}

function runsOf(trace: readonly TraceEvent[], channel: string, by: string): Run[] {
  let run: Run = { messages: [] };
  const runs = [run];
  for (const event of trace) {
    if (event.kind === 'reset' && event.channels.includes(channel)) {
      runs.push((run = { reason: event.reason, messages: [] }));
    } else if (event.kind === 'message' && event.channel === channel && event.by === by) {
      run.messages.push({ n: event.n, epoch: epochOf(event.id) });
    }
  }
  return runs;
}

function repeatedIn({ runs }: Stream): number[] {
  const repeated: number[] = [];
  let seen = new Set<number>();
  for (const { reason, messages } of runs) {
    if (reason !== undefined && FROM_THE_START.has(reason)) seen = new Set();
    for (const { n } of messages) {
      if (seen.has(n)) repeated.push(n);
      seen.add(n);
    }
  }
  return repeated;
}

/** Only what was acknowledged has a place: an attempt without an answer may have been stored at any time after. */
function disorderedIn({ runs, acknowledged }: Stream): number[] {
  const disordered: number[] = [];
  runs.forEach(({ messages }, index) => {
    const placed = messages.filter(({ n }) => acknowledged.has(n));
    placed.forEach(({ n, epoch }, at) => {
      const before = placed[at - 1];
      if (before !== undefined && (n < before.n || epoch !== before.epoch)) disordered.push(n);
    });
    // Passed over without a word, though what follows a reset brings it after all.
    const had = new Set(runs.slice(0, index + 1).flatMap((run) => run.messages.map(({ n }) => n)));
    const [first, last] = [placed[0], placed.at(-1)];
    for (const { n } of runs.slice(index + 1).flatMap((run) => run.messages)) {
      if (first === undefined || last === undefined || had.has(n) || n < first.n || n > last.n) continue;
      if (acknowledged.get(n) === first.epoch) disordered.push(n);
      had.add(n);
    }
  });
  return disordered;
}

/** Whether a reset stands where `n` should have been, and `n` was really no longer stored by then. */
function isExcused({ runs, acknowledged, stored }: Stream, n: number): boolean {
  if (stored.has(n)) return false;
  return runs.some((run, index) => {
    if (run.reason === undefined) return false;
    const before = runs.slice(0, index).flatMap(({ messages }) => messages.map((message) => message.n));
    const after = runs.slice(index).flatMap(({ messages }) => messages);
    if (before.some((number) => number > n)) return false;
    if (run.reason === 'trimmed') return (after[0]?.n ?? Infinity) > n;
    // The message log that had it no longer exists.
    return after.every(({ epoch }) => epoch !== acknowledged.get(n));
  });
}

function nameOf({ channel, by }: Pick<Entry, 'channel' | 'by'>): string {
  return `${channel} ${by}`;
}

function epochOf(id: string): string {
  return decodeCursor(id)?.epoch ?? '';
}
