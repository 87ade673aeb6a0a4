import type { Entry } from './ledger';
import type { TraceEvent } from './trace';
import { judge, type Verdict } from './verdict';

const CHANNEL = 'a';

function entry(n: number, epoch?: string): Entry {
  return { channel: CHANNEL, by: 'p', n, ...(epoch === undefined ? {} : { id: `${epoch}-${n}` }) };
}

function entries(from: number, to: number, epoch = 'e1'): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => entry(from + index, epoch));
}

/** A number is a message of the first log, `[number, epoch]` one of another, a text a reset. */
function trace(...events: readonly (number | [number, string] | 'trimmed' | 'epoch' | 'ahead' | 'invalid')[]) {
  return events.map((event): TraceEvent => {
    if (typeof event === 'string') return { kind: 'reset', channels: [CHANNEL], reason: event };
    const [n, epoch] = typeof event === 'number' ? [event, 'e1'] : event;
    return { kind: 'message', channel: CHANNEL, by: 'p', n, id: `${epoch}-${n}` };
  });
}

const BLAMELESS = { missing: 0, duplicated: 0, disordered: 0, excused: 0 };

function expectVerdict(verdict: Verdict, expected: Partial<Verdict>): void {
  expect(verdict).toMatchObject({ ...BLAMELESS, ...expected });
}

describe('without a reset', () => {
  it('all in order is blameless', () => {
    const all = entries(1, 3);
    expectVerdict(judge(all, trace(1, 2, 3), all), { published: 3, acknowledged: 3, delivered: 3, resets: [] });
  });

  it.each([
    ['first', [2, 3]],
    ['middle', [1, 3]],
    ['last', [1, 2]],
    ['only', []],
  ])('a hole in place of the %s is missing', (_, received) => {
    const all = entries(1, received.length === 0 ? 1 : 3);
    const missing = all.find(({ n }) => !received.includes(n))?.n;
    expectVerdict(judge(all, trace(...received), all), { missing: 1, problems: [`a p ${missing} missing`] });
  });

  it('a hole is missing also when the log has lost it since', () => {
    expectVerdict(judge(entries(1, 3), trace(1, 3), [entry(1, 'e1'), entry(3, 'e1')]), { missing: 1 });
  });

  it('a message twice is duplicated', () => {
    const all = entries(1, 3);
    expectVerdict(judge(all, trace(1, 2, 2, 3), all), { delivered: 3, duplicated: 1, problems: ['a p 2 duplicated'] });
  });

  it('an earlier one after a later one is disordered', () => {
    const all = entries(1, 3);
    expectVerdict(judge(all, trace(1, 3, 2), all), { disordered: 1, problems: ['a p 2 disordered'] });
  });

  it('another log without a word is disordered', () => {
    const all = [entry(1, 'e1'), entry(2, 'e2')];
    expectVerdict(judge(all, trace(1, [2, 'e2']), all), { disordered: 1 });
  });

  it.each([[[1, 3]], [[1, 2, 3]], [[1, 3, 2]]])('what was not acknowledged may come or not: %j', (received) => {
    const all = [entry(1, 'e1'), entry(2), entry(3, 'e1')];
    expectVerdict(judge(all, trace(...received), all), { published: 3, acknowledged: 2, delivered: received.length });
  });

  it('what was not acknowledged may not come twice', () => {
    expectVerdict(judge([entry(1)], trace(1, 1), []), { duplicated: 1 });
  });

  it('publishers and channels are judged each for itself', () => {
    const all: Entry[] = [
      { channel: 'a', by: 'p', n: 1, id: 'e1-1' },
      { channel: 'b', by: 'p', n: 1, id: 'e1-2' },
      { channel: 'a', by: 'q', n: 1, id: 'e1-3' },
    ];
    const received = all.map(({ id = '', ...rest }): TraceEvent => ({ kind: 'message', id, ...rest }));
    expectVerdict(judge(all, received, all), { delivered: 3 });
    expectVerdict(judge(all, received.slice(0, 2), all), { missing: 1, problems: ['a q 1 missing'] });
  });
});

describe('a reset `trimmed`', () => {
  const all = entries(1, 5);

  it('excuses what stood in its place and is no longer stored', () => {
    expectVerdict(judge(all, trace(1, 'trimmed', 4, 5), entries(4, 5)), { excused: 2, resets: ['trimmed'] });
  });

  it('does not excuse what is still stored', () => {
    expectVerdict(judge(all, trace(1, 'trimmed', 4, 5), entries(3, 5)), { excused: 1, missing: 1 });
  });

  it.each([
    ['before', trace('trimmed', 1, 4, 5)],
    ['after', trace(1, 4, 'trimmed', 5)],
  ])('does not excuse a hole when it comes %s it', (_, received) => {
    expectVerdict(judge(all, received, entries(4, 5)), { missing: 2, excused: 0 });
  });

  it('of another channel excuses nothing', () => {
    const other: TraceEvent = { kind: 'reset', channels: ['b'], reason: 'trimmed' };
    expectVerdict(judge(all, [...trace(1), other, ...trace(4, 5)], entries(4, 5)), { missing: 2 });
  });

  it('does not allow what was received to come again', () => {
    expectVerdict(judge(all, trace(1, 2, 3, 'trimmed', 3, 4, 5), all), { duplicated: 1 });
  });
});

describe('a reset `epoch`', () => {
  const lost = [...entries(1, 4), entry(5, 'e2')];

  it('allows what is stored to come again', () => {
    const received = trace(1, 2, 3, 4, 'epoch', [1, 'e2'], [2, 'e2'], [5, 'e2']);
    expectVerdict(judge(lost, received, [...entries(1, 2), entry(5, 'e2')]), { delivered: 5, resets: ['epoch'] });
  });

  it('excuses what was lost with the old log', () => {
    const received = trace(1, 2, 'epoch', [1, 'e2'], [2, 'e2'], [5, 'e2']);
    expectVerdict(judge(lost, received, [...entries(1, 2), entry(5, 'e2')]), { excused: 2 });
  });

  it('does not excuse what is stored', () => {
    const received = trace(1, 2, 'epoch', [5, 'e2']);
    expectVerdict(judge(lost, received, [...entries(1, 4), entry(5, 'e2')]), { missing: 2 });
  });

  it('does not excuse what was passed over before it', () => {
    expectVerdict(judge(lost, trace(1, 3, 4, 'epoch', [5, 'e2']), [entry(5, 'e2')]), { missing: 1 });
  });

  it('does not hide what was passed over before it and came after all', () => {
    const received = trace(1, 3, 4, 'epoch', [1, 'e2'], [2, 'e2'], [3, 'e2'], [4, 'e2'], [5, 'e2']);
    expectVerdict(judge(lost, received, [...entries(1, 4), entry(5, 'e2')]), { disordered: 1 });
  });

  it('does not excuse a hole in the new log', () => {
    const all = [...entries(1, 2), ...entries(3, 5, 'e2')];
    const received = trace(1, 2, 'epoch', [3, 'e2'], [5, 'e2']);
    expectVerdict(judge(all, received, [entry(3, 'e2'), entry(5, 'e2')]), { missing: 1 });
  });

  it('does not allow anything to come twice after it', () => {
    const received = trace(1, 'epoch', [1, 'e2'], [1, 'e2'], [5, 'e2']);
    expectVerdict(judge([entry(1, 'e1'), entry(5, 'e2')], received, []), { duplicated: 1 });
  });

  it('does not excuse a reset that never came', () => {
    expectVerdict(judge(lost, trace(1, 2, [5, 'e2']), [entry(5, 'e2')]), { missing: 2, disordered: 1 });
  });
});

it('reports no more than the first few problems', () => {
  const all = entries(1, 100);
  const { missing, problems } = judge(all, [], all);
  expect([missing, problems.length]).toEqual([100, 5]);
});
