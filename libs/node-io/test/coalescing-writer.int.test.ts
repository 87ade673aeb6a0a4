import { once } from 'node:events';
import { createLine, openSockets, queuedIn, readBytes, spyOnHandle } from './open-sockets';

describe('SocketLine past the stream', () => {
  const LARGE = Buffer.alloc(8 * 1024 * 1024, 'y');

  it('writes bytes while nothing waits in the stream, and by it while something does', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);
    const byStream = jest.spyOn(ends.near, 'write');

    line.write(Buffer.from('a'));
    expect(byStream).not.toHaveBeenCalled();

    ends.near.cork();
    line.write(Buffer.from('b'));
    ends.near.uncork();
    expect(byStream).toHaveBeenCalledTimes(1);
    expect(ends.near.bytesWritten).toBe(2);
  });

  it('keeps the order of all that is written while bytes wait', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);
    const pieces = [LARGE, 'b', Buffer.from('c'), 'd', LARGE, Buffer.from('e')];
    for (const piece of pieces) line.write(piece);
    line.end();

    const arrived: Buffer[] = [];
    for await (const chunk of ends.far) arrived.push(chunk as Buffer);

    expect(Buffer.concat(arrived).equals(Buffer.concat(pieces.map((piece) => Buffer.from(piece))))).toBe(true);
  });

  it('is full with what waits there alone, and tells once when it has gone out', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);
    const told = new Promise((resolve) => drained.mockImplementation(() => resolve(line.bytesPending)));

    expect(line.write(LARGE)).toBe(false);
    expect(ends.near.writableLength).toBe(0);
    // The kernel has taken a part of it at once.
    expect(line.bytesPending).toBe(queuedIn(ends.near));
    expect(line.bytesTaken).toBe(LARGE.length - queuedIn(ends.near));
    expect(line.bytesTaken).toBeGreaterThan(0);

    await readBytes(ends.far, LARGE.length);
    expect(await told).toBe(0);
    expect(drained).toHaveBeenCalledTimes(1);
    expect(line.bytesTaken).toBe(LARGE.length);
  });

  it('counts all pieces of a write that waits', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);
    const told = new Promise((resolve) => drained.mockImplementation(() => resolve(line.bytesPending)));

    line.writeAtEndOfTurn(LARGE);
    expect(line.write(LARGE)).toBe(false);
    expect(ends.near.writableLength).toBe(0);
    expect(line.bytesPending).toBe(queuedIn(ends.near));

    await readBytes(ends.far, 2 * LARGE.length);
    expect(await told).toBe(0);
    expect(line.bytesTaken).toBe(2 * LARGE.length);
  });

  it('leaves several pieces to a stream that is not free, in their order', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);

    ends.near.cork();
    line.writeAtEndOfTurn(Buffer.from('a'));
    line.write('b');
    ends.near.uncork();

    ends.far.resume();
    const [bytes] = (await once(ends.far, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('ab');
  });

  it('tells when what came behind it is too little for the stream to tell', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);
    const told = new Promise<void>((resolve) => drained.mockImplementation(() => resolve()));
    line.write(LARGE);
    line.write('behind it');

    await readBytes(ends.far, LARGE.length + 'behind it'.length);
    await told;

    expect(drained).toHaveBeenCalledTimes(1);
    expect(line.write('more')).toBe(true);
  });

  it('is gone, and tells nothing else, when it is cut while bytes wait', async () => {
    await using ends = await openSockets();
    const { line, drained, gone, closed } = createLine(ends.near);
    line.write(LARGE);

    line.destroy();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));

    expect(drained).not.toHaveBeenCalled();
    expect(gone).toHaveBeenCalledTimes(1);
  });

  it('is gone when the kernel refuses what is written', async () => {
    await using ends = await openSockets();
    const { line, gone, closed } = createLine(ends.near);
    spyOnHandle(ends.near).mockReturnValue(-32);

    line.write(Buffer.from('lost'));
    await closed;

    expect(gone).toHaveBeenCalledTimes(1);
    expect(line.write(Buffer.from('more'))).toBe(true);
  });
});
