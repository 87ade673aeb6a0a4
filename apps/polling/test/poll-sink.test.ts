import { Batch, type Framing } from '@tetracast/hub';
import type { EncodedMessage } from '@tetracast/message-model';
import { pollFraming } from '../src/poll-framing';
import { PollSink } from '../src/poll-sink';

/** A batch as the hub hands it over, of messages with these numbers. */
function batchOf(...numbers: number[]): Batch {
  const entries = numbers.map((number) => {
    const message: EncodedMessage = { id: `e-${number}`, channel: 'a', event: 'message', data: `${number}`, time: 5 };
    return { cursor: message.id, hiddenFrom: undefined, frame: (framing: Framing) => framing.encode(message) };
  });
  return new Batch(entries as unknown as Batch['entries'], pollFraming);
}

function read(sink: PollSink): unknown {
  return JSON.parse(sink.body().toString());
}

const LIMITS = [10, 1024 * 1024] as const;

describe('PollSink', () => {
  it('has an empty answer of the cursor it began at', () => {
    const sink = new PollSink(...LIMITS);
    sink.cursor = 'e-0';

    expect(read(sink)).toEqual({ messages: [], cursor: 'e-0' });
    expect(sink.hasContent).toBe(false);
  });

  it('puts batches together, and goes on from the last message', () => {
    const sink = new PollSink(...LIMITS);

    sink.write(batchOf(1));
    sink.write(batchOf(2, 3));

    const { messages, cursor } = read(sink) as { messages: { data: number }[]; cursor: string };
    expect(messages.map(({ data }) => data)).toEqual([1, 2, 3]);
    expect(cursor).toBe('e-3');
  });

  it('is full at its limit, and says how many it would still take', () => {
    const sink = new PollSink(3, 1024);

    expect(sink.batchLimit).toBe(3);
    expect(sink.write(batchOf(1, 2))).toBe(true);
    expect(sink.batchLimit).toBe(1);
    expect(sink.write(batchOf(3))).toBe(false);
    expect(sink.batchLimit).toBe(0);
  });

  it('is full with as many bytes as it may have', () => {
    const { length } = batchOf(1).bytes;

    expect(new PollSink(10, length + 1).write(batchOf(1))).toBe(true);
    expect(new PollSink(10, length).write(batchOf(1))).toBe(false);
  });

  it('answers with a reset, and continues from its cursor', () => {
    const sink = new PollSink(...LIMITS);
    const reset = { channels: ['a'], reason: 'epoch' as const, cursor: 'f-0' };

    sink.sendReset(reset);

    expect(read(sink)).toEqual({ messages: [], cursor: 'f-0', reset });
    expect(sink.hasContent).toBe(true);
  });

  it('merges two resets into one for the channels of both, each once', () => {
    const sink = new PollSink(...LIMITS);

    sink.sendReset({ channels: ['a', 'b'], reason: 'trimmed', cursor: 'e-4' });
    sink.write(batchOf(5));
    sink.sendReset({ channels: ['b', 'c'], reason: 'trimmed', cursor: 'e-7' });

    expect(read(sink)).toMatchObject({
      cursor: 'e-7',
      reset: { channels: ['a', 'b', 'c'], reason: 'trimmed', cursor: 'e-4' },
    });
  });

  it.each<[string, (sink: PollSink) => void]>([
    ['a message', (sink) => void sink.write(batchOf(1))],
    ['a reset', (sink) => sink.sendReset({ channels: ['a'], reason: 'epoch', cursor: 'f-0' })],
    ['its end', (sink) => sink.close()],
    ['being woken', (sink) => sink.wake()],
  ])('is waited for until %s', async (_, act) => {
    const sink = new PollSink(...LIMITS);
    const waiting = sink.whenContent();

    act(sink);

    await expect(waiting).resolves.toBeUndefined();
  });

  it('is not waited for when it has news or is closed', async () => {
    const notified = new PollSink(...LIMITS);
    notified.write(batchOf(1));
    const closed = new PollSink(...LIMITS);
    closed.close();

    await expect(notified.whenContent()).resolves.toBeUndefined();
    await expect(closed.whenContent()).resolves.toBeUndefined();
  });
});
