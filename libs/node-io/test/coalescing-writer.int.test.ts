import { once } from 'node:events';
import { createWriter, openSockets, queuedIn, readBytes, spyOnHandle } from './open-sockets';

describe('CoalescingWriter', () => {
  const LARGE = Buffer.alloc(8 * 1024 * 1024, 'y');

  it('writes bytes while nothing waits in the stream, and by it while something does', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);
    const byStream = jest.spyOn(ends.near, 'write');

    writer.write(Buffer.from('a'));
    expect(byStream).not.toHaveBeenCalled();

    ends.near.cork();
    writer.write(Buffer.from('b'));
    ends.near.uncork();
    expect(byStream).toHaveBeenCalledTimes(1);
    expect(ends.near.bytesWritten).toBe(2);
  });

  it('keeps the order of all that is written while bytes wait', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);
    const pieces = [LARGE, 'b', Buffer.from('c'), 'd', LARGE, Buffer.from('e')];
    for (const piece of pieces) writer.write(piece);
    writer.end();

    const arrived: Buffer[] = [];
    for await (const chunk of ends.far) arrived.push(chunk as Buffer);

    expect(Buffer.concat(arrived).equals(Buffer.concat(pieces.map((piece) => Buffer.from(piece))))).toBe(true);
  });

  it('is full with what waits past the stream alone, and calls onDrain once when that has gone out', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near);
    const drained = new Promise((resolve) => onDrain.mockImplementation(() => resolve(writer.bytesPending)));

    expect(writer.write(LARGE)).toBe(false);
    expect(ends.near.writableLength).toBe(0);
    // The kernel has taken a part of it at once.
    expect(writer.bytesPending).toBe(queuedIn(ends.near));
    expect(writer.bytesTaken).toBe(LARGE.length - queuedIn(ends.near));
    expect(writer.bytesTaken).toBeGreaterThan(0);

    await readBytes(ends.far, LARGE.length);
    expect(await drained).toBe(0);
    expect(onDrain).toHaveBeenCalledTimes(1);
    expect(writer.bytesTaken).toBe(LARGE.length);
  });

  it('counts all pieces of a write that waits', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near);
    const drained = new Promise((resolve) => onDrain.mockImplementation(() => resolve(writer.bytesPending)));

    writer.writeAtEndOfTurn(LARGE);
    expect(writer.write(LARGE)).toBe(false);
    expect(ends.near.writableLength).toBe(0);
    expect(writer.bytesPending).toBe(queuedIn(ends.near));

    await readBytes(ends.far, 2 * LARGE.length);
    expect(await drained).toBe(0);
    expect(writer.bytesTaken).toBe(2 * LARGE.length);
  });

  it('leaves several pieces to a stream that is not free, in their order', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);

    ends.near.cork();
    writer.writeAtEndOfTurn(Buffer.from('a'));
    writer.write('b');
    ends.near.uncork();

    ends.far.resume();
    const [bytes] = (await once(ends.far, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('ab');
  });

  it('calls onDrain when too little follows for the stream to emit "drain"', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near);
    const drained = new Promise<void>((resolve) => onDrain.mockImplementation(() => resolve()));
    writer.write(LARGE);
    writer.write('behind it');

    await readBytes(ends.far, LARGE.length + 'behind it'.length);
    await drained;

    expect(onDrain).toHaveBeenCalledTimes(1);
    expect(writer.write('more')).toBe(true);
  });

  it('calls onClose and nothing else when it is destroyed while bytes wait', async () => {
    await using ends = await openSockets();
    const { writer, onDrain, onClose, closed } = createWriter(ends.near);
    writer.write(LARGE);

    writer.destroy();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));

    expect(onDrain).not.toHaveBeenCalled();
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('calls onClose when the kernel refuses what is written', async () => {
    await using ends = await openSockets();
    const { writer, onClose, closed } = createWriter(ends.near);
    spyOnHandle(ends.near).mockReturnValue(-32);

    writer.write(Buffer.from('lost'));
    await closed;

    expect(onClose).toHaveBeenCalledTimes(1);
    expect(writer.write(Buffer.from('more'))).toBe(true);
  });
});
