import { nodeRuntime } from '@tetracast/node-io/runtime';
import { RollUp } from '../../src/relay/upstream/roll-up';

interface Stored {
  readonly at: number;
  readonly text: string;
}

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
});

afterEach(() => {
  jest.useRealTimers();
});

const advance = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

function rollUpWith(maxBytes = 1000, takesMs = 0): { rollUp: RollUp; stored: Stored[] } {
  const stored: Stored[] = [];
  const start = nodeRuntime.monotonicMs();
  const store = async (text: string): Promise<void> => {
    stored.push({ at: nodeRuntime.monotonicMs() - start, text });
    if (takesMs > 0) await new Promise<void>((resolve) => nodeRuntime.setTimeout(resolve, takesMs));
  };
  return { rollUp: new RollUp(store, maxBytes, 25, nodeRuntime), stored };
}

it('the first text is stored at once, what follows at most every 25 ms, in order', async () => {
  const { rollUp, stored } = rollUpWith();
  for (let count = 0; count < 200; count++) {
    rollUp.add([`${count} `]);
    await advance(2);
  }
  await rollUp.flush();

  expect(stored[0]).toEqual({ at: 0, text: '0 ' });
  expect(stored.map(({ text }) => text).join('')).toBe(Array.from({ length: 200 }, (_, count) => `${count} `).join(''));
  const gaps = stored.slice(1, -1).map(({ at }, index) => at - (stored[index]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(25);
  // 400 ms of text, and the flush.
  expect(stored.length).toBeLessThanOrEqual(18);
});

it('a text after a pause is stored at once', async () => {
  const { rollUp, stored } = rollUpWith();
  rollUp.add(['a']);
  await advance(100);
  rollUp.add(['b']);
  await advance(0);

  expect(stored).toEqual([
    { at: 0, text: 'a' },
    { at: 100, text: 'b' },
  ]);
});

it('one message is stored after the other, also if the log is slow', async () => {
  const { rollUp, stored } = rollUpWith(1000, 200);
  rollUp.add(['a']);
  await advance(50);
  rollUp.add(['b']);
  rollUp.add(['c']);
  await advance(300);

  expect(stored).toEqual([
    { at: 0, text: 'a' },
    { at: 200, text: 'bc' },
  ]);
});

it('no message is larger than it may be, and none divides a text that fits, or a character', async () => {
  const { rollUp, stored } = rollUpWith(62);
  const texts = ['x'.repeat(40), 'y'.repeat(40), '🙂'.repeat(30), '"'.repeat(60), '\u0001'.repeat(20)];
  rollUp.add(texts);
  const flushed = rollUp.flush();
  await advance(0);
  await flushed;

  expect(stored[0]?.text).toBe(texts[0]);
  expect(stored[1]?.text.startsWith(texts[1] ?? '?')).toBe(true);
  expect(stored.map(({ text }) => text).join('')).toBe(texts.join(''));
  for (const { text } of stored) {
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThanOrEqual(62);
    expect(text).not.toMatch(/\p{Surrogate}/u);
  }
});

it('after the store has failed nothing more is stored, and the flush says why', async () => {
  let calls = 0;
  const rollUp = new RollUp(
    () => {
      calls++;
      return Promise.reject(new Error('full'));
    },
    1000,
    25,
    nodeRuntime,
  );
  rollUp.add(['a']);
  await advance(50);
  rollUp.add(['b']);
  await advance(50);

  await expect(rollUp.flush()).rejects.toThrow('full');
  expect(calls).toBe(1);
});
