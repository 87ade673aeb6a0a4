import { once } from 'node:events';
import { CHUNK, createLine, fill, MARK, openSockets, readBytes, spyOnHandle } from './open-sockets';

describe('SocketLine', () => {
  it('takes bytes while the other side reads, and has nothing pending', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);

    expect(line.write('hello')).toBe(true);
    expect(String((await once(ends.far.resume(), 'data'))[0])).toBe('hello');
    expect(line.bytesPending).toBe(0);
    expect(drained).not.toHaveBeenCalled();
  });

  it('is full above the mark, by no more than one write', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);

    fill(line);

    expect(line.bytesPending).toBeGreaterThan(MARK);
    expect(line.bytesPending).toBeLessThanOrEqual(MARK + CHUNK.length);
  });

  it('tells once when what was pending has gone out, and everything has arrived', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);
    const written = fill(line) + CHUNK.length;
    line.write(CHUNK);

    expect(await readBytes(ends.far, written)).toBe(written);
    while (line.bytesPending > 0) await once(ends.near, 'drain');

    expect(drained).toHaveBeenCalledTimes(1);
    expect(line.write('more')).toBe(true);
  });

  it('stays full until that, whatever is written while less than the mark is pending', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);
    let pending = MARK + 1;
    Object.defineProperty(ends.near, 'writableLength', { get: () => pending });
    Object.defineProperty(ends.near, 'writableNeedDrain', { get: () => pending > 0 });
    line.write('x');

    pending = MARK;
    expect(line.write('x')).toBe(false);
    pending = 0;
    ends.near.emit('drain');

    expect(drained).toHaveBeenCalledTimes(1);
    expect(line.write('x')).toBe(true);
  });

  it('tells nothing of what drains below the mark', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near, 64 * MARK);
    let written = 0;
    for (; line.bytesPending === 0; written += CHUNK.length) line.write(CHUNK);

    await readBytes(ends.far, written);
    while (line.bytesPending > 0) await once(ends.near, 'drain');

    expect(drained).not.toHaveBeenCalled();
  });

  it('tells as well when the mark is below that of the socket', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near, 1);
    const told = new Promise((resolve) => {
      drained.mockImplementation(resolve);
    });
    const piece = Buffer.alloc(1024, 'x');
    let written = piece.length;
    while (line.write(piece)) written += piece.length;

    await readBytes(ends.far, written);
    await told;

    expect(line.bytesPending).toBe(0);
  });

  it('counts what has been taken and what is pending', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);

    expect([line.bytesTaken, line.bytesPending]).toEqual([0, 0]);
    const written = fill(line);
    expect(line.bytesTaken).toBeLessThan(written);
    expect(line.bytesTaken + line.bytesPending).toBe(written);
    await readBytes(ends.far, written);
    while (line.bytesPending > 0) await once(ends.near, 'drain');
    expect([line.bytesTaken, line.bytesPending]).toEqual([written, 0]);
  });

  it('ends after what is pending, though the other side keeps its half open', async () => {
    await using ends = await openSockets();
    const { line, gone, closed } = createLine(ends.near);
    const written = fill(line);

    line.end();
    expect(await readBytes(ends.far, written)).toBe(written);
    await closed;

    expect(gone).toHaveBeenCalledTimes(1);
  });

  it('is gone when the other side resets it, and nothing is thrown', async () => {
    await using ends = await openSockets();
    const { line, gone, closed } = createLine(ends.near);

    ends.far.resetAndDestroy();
    await closed;

    expect(gone).toHaveBeenCalledTimes(1);
    expect(() => line.write('x')).not.toThrow();
  });

  it('can be cut', async () => {
    await using ends = await openSockets();
    const { line, gone, closed } = createLine(ends.near);
    fill(line);

    line.destroy();
    await closed;

    expect(gone).toHaveBeenCalledTimes(1);
  });
});

describe('SocketLine.gather', () => {
  it('lets what was gathered in a turn leave in one write, and with what is written at once', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);
    const write = spyOnHandle(ends.near);
    const texts = (): string[] => write.mock.calls.map(([, bytes]) => String(bytes));
    const writeTogether = spyOnHandle(ends.near, 'writev');

    line.writeAtEndOfTurn(Buffer.from('a'));
    line.writeAtEndOfTurn(Buffer.from('b'));
    expect(texts()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(texts()).toEqual(['ab']);

    line.writeAtEndOfTurn(Buffer.from('c'));
    line.write(Buffer.from('d'));
    line.writeAtEndOfTurn(Buffer.from('e'));
    line.write('f');
    expect(texts()).toEqual(['ab']);
    expect(writeTogether.mock.calls.map(([, pieces]) => String(pieces))).toEqual(['c,d', 'e,f']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await readBytes(ends.far, 6)).toBe(6);
    expect(ends.near.bytesWritten).toBe(6);
  });

  it('lets it leave before the end', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);

    line.writeAtEndOfTurn(Buffer.from('last'));
    line.end();
    ends.far.resume();
    const [bytes] = (await once(ends.far, 'data')) as [Buffer];

    expect(bytes.toString()).toBe('last');
  });

  it('counts for the high-water mark', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);
    fill(line);

    line.writeAtEndOfTurn(CHUNK);
    line.endTurn();

    expect(line.isFull).toBe(true);
  });

  it('counts what was gathered, and tells when it has gone out with the turn', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near, CHUNK.length);
    const told = new Promise((resolve) => drained.mockImplementation(() => resolve(line.bytesPending)));

    line.writeAtEndOfTurn(CHUNK);
    expect(line.isFull).toBe(false);
    line.writeAtEndOfTurn(Buffer.from('a'));

    expect(line.isFull).toBe(true);
    expect(line.bytesPending).toBe(CHUNK.length + 1);
    expect(line.bytesTaken).toBe(0);
    expect(await told).toBe(0);
    expect(line.isFull).toBe(false);
    expect(drained).toHaveBeenCalledTimes(1);
    expect(line.bytesTaken).toBe(CHUNK.length + 1);
  });

  it('is full of it until all has gone out, where the kernel does not take it at once', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);
    const large = Buffer.alloc(16 * 1024 * 1024);
    const told = new Promise((resolve) => drained.mockImplementation(resolve));

    line.writeAtEndOfTurn(large);
    line.endTurn();
    expect(line.isFull).toBe(true);
    expect(drained).not.toHaveBeenCalled();
    await readBytes(ends.far, large.length);
    await told;

    expect(line.isFull).toBe(false);
    expect(drained).toHaveBeenCalledTimes(1);
  });
});
