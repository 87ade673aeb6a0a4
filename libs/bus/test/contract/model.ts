import fc from 'fast-check';
import { type Bus, bytesOf, type Range } from '../../src';
import { type BusHarness, publication } from './harness';

const SIZE = 3;
const REMEMBERED = 2;

interface Stored {
  readonly seq: number;
  prev: number;
  readonly bytes: number;
  readonly isMine: boolean;
  readonly isNotice: boolean;
}

/** The log as one would write it down, with nothing but lists. */
class Model {
  private head = 0;
  private readonly logs = new Map<string, Stored[]>();
  private remembered: { channel: string; seq: number }[] = [];
  private forgotten = 0;

  constructor(private readonly epoch: string) {}

  append(channel: string, data: string, isMine: boolean, isNotice = false): void {
    const prev = this.last(channel);
    const seq = this.take(channel);
    const stored = [...this.storedIn(channel), { seq, prev, bytes: bytesOf({ data }), isMine, isNotice }];
    this.logs.set(channel, stored.slice(-SIZE));
  }

  deleteMessage(channel: string, seq: number): boolean {
    const found = this.storedIn(channel).find((one) => one.seq === seq && !one.isNotice);
    if (found === undefined) return false;
    this.append(channel, `{"id":"${this.epoch}-${seq}"}`, false, true);
    const left = this.storedIn(channel).filter((one) => one !== found);
    left.find((one) => one.seq > seq)!.prev = found.prev;
    this.logs.set(channel, left);
    return true;
  }

  deleteMine(channel: string): number {
    const mine = this.storedIn(channel).filter(({ isMine }) => isMine);
    return mine.filter(({ seq }) => this.deleteMessage(channel, seq)).length;
  }

  deleteChannel(channel: string): number {
    if (this.last(channel) === 0) return 0;
    const { length } = this.storedIn(channel);
    this.logs.delete(channel);
    this.take(channel);
    return length;
  }

  read(channel: string, { kind, seq, limit, bytes }: Exclude<Range, { kind: 'rewind' }>): unknown {
    const stored = this.storedIn(channel);
    const following = kind === 'after' ? stored.filter((one) => one.seq > seq) : stored.filter((one) => one.seq < seq);
    if (kind === 'before') following.reverse();
    const seqs: number[] = [];
    let read = 0;
    for (const one of following) {
      if (seqs.length === limit || read >= bytes) break;
      seqs.push(one.seq);
      read += one.bytes;
    }
    return {
      head: this.head,
      last: this.last(channel),
      seqs,
      trimmed: kind === 'after' && (following[0]?.prev ?? this.last(channel)) > seq,
      more: seqs.length < following.length,
    };
  }

  /** A channel beyond those remembered is known by its stored messages, or else only by an upper bound. */
  private last(channel: string): number {
    const known = this.remembered.find((one) => one.channel === channel);
    return known?.seq ?? this.storedIn(channel).at(-1)?.seq ?? this.forgotten;
  }

  private take(channel: string): number {
    const seq = ++this.head;
    this.remembered = [...this.remembered.filter((one) => one.channel !== channel), { channel, seq }];
    if (this.remembered.length > REMEMBERED) this.forgotten = this.remembered.shift()!.seq;
    return seq;
  }

  private storedIn(channel: string): Stored[] {
    return this.logs.get(channel) ?? [];
  }
}

const channel = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const seq = fc.nat(25);
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        channel,
        data: fc.constantFrom('1', '"larger"', '"€"'),
        isMine: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('after' as const, 'before' as const),
        channel,
        seq,
        limit: fc.integer({ min: 1, max: 4 }),
        bytes: fc.integer({ min: 1, max: 1000 }),
      }),
    },
    fc.record({ do: fc.constant('deleteMessage' as const), channel, seq }),
    fc.record({ do: fc.constantFrom('deleteChannel' as const, 'deleteMine' as const), channel }),
  ),
  { maxLength: 40 },
);
type Step = ReturnType<typeof steps.generate>['value'][number];

/** What the bus answers, as the model writes it. Each channel has a user of its own, so the order of deletions is known. */
async function answerOf(bus: Bus, epoch: string, step: Step): Promise<unknown> {
  switch (step.do) {
    case 'append': {
      const user = step.isMine ? { user: `user of ${step.channel}` } : {};
      await bus.append(publication(step.channel, { data: step.data, ...user }));
      return undefined;
    }
    case 'deleteMessage':
      return bus.deleteMessage(step.channel, { epoch, seq: step.seq });
    case 'deleteChannel':
      return bus.deleteChannel(step.channel);
    case 'deleteMine':
      return bus.deleteUserMessages(`user of ${step.channel}`);
    default: {
      const { do: kind, channel: name, ...range } = step;
      const { head, last, entries, trimmed, more } = await bus.read(name, { ...range, kind });
      return { head, last, seqs: entries.map(({ seq: one }) => one), trimmed, more };
    }
  }
}

function modelled(model: Model, step: Step): unknown {
  switch (step.do) {
    case 'append':
      model.append(step.channel, step.data, step.isMine);
      return undefined;
    case 'deleteMessage':
      return model.deleteMessage(step.channel, step.seq);
    case 'deleteChannel':
      return model.deleteChannel(step.channel);
    case 'deleteMine':
      return model.deleteMine(step.channel);
    default:
      return model.read(step.channel, { ...step, kind: step.do });
  }
}

export function describeModel(harness: BusHarness): void {
  it('answers as a naive model does, whatever is appended, deleted and read', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const settings = { channelsRemembered: REMEMBERED, retention: { size: SIZE, ttlMs: 600_000 } };
        const bus = harness.create(settings);
        const { epoch } = await bus.positions([]);
        const model = new Model(epoch);
        for (const step of all) expect([step, await answerOf(bus, epoch, step)]).toEqual([step, modelled(model, step)]);
        await bus.close();
      }),
      { numRuns: 50 },
    );
  });
}
