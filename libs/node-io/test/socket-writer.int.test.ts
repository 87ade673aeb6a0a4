import { once } from 'node:events';
import { CHUNK, createWriter, fill, MARK, openSockets, readBytes, spyOnHandle } from './open-sockets';

describe('SocketWriter', () => {
  it('takes bytes while the other side reads, and has nothing pending', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near);

    expect(writer.write('hello')).toBe(true);
    expect(String((await once(ends.far.resume(), 'data'))[0])).toBe('hello');
    expect(writer.bytesPending).toBe(0);
    expect(onDrain).not.toHaveBeenCalled();
  });

  it('is full above the mark, by no more than one write', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);

    fill(writer);

    expect(writer.bytesPending).toBeGreaterThan(MARK);
    expect(writer.bytesPending).toBeLessThanOrEqual(MARK + CHUNK.length);
  });

  it('calls onDrain once when what was pending has gone out, and everything has arrived', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near);
    const written = fill(writer) + CHUNK.length;
    writer.write(CHUNK);

    expect(await readBytes(ends.far, written)).toBe(written);
    while (writer.bytesPending > 0) await once(ends.near, 'drain');

    expect(onDrain).toHaveBeenCalledTimes(1);
    expect(writer.write('more')).toBe(true);
  });

  it('stays full until then, whatever is written while less than the mark is pending', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near);
    let pending = MARK + 1;
    Object.defineProperty(ends.near, 'writableLength', { get: () => pending });
    Object.defineProperty(ends.near, 'writableNeedDrain', { get: () => pending > 0 });
    writer.write('x');

    pending = MARK;
    expect(writer.write('x')).toBe(false);
    pending = 0;
    ends.near.emit('drain');

    expect(onDrain).toHaveBeenCalledTimes(1);
    expect(writer.write('x')).toBe(true);
  });

  it('does not call onDrain for what drains below the mark', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near, 64 * MARK);
    let written = 0;
    for (; writer.bytesPending === 0; written += CHUNK.length) writer.write(CHUNK);

    await readBytes(ends.far, written);
    while (writer.bytesPending > 0) await once(ends.near, 'drain');

    expect(onDrain).not.toHaveBeenCalled();
  });

  it('calls onDrain also when the mark is below that of the socket', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near, 1);
    const drained = new Promise((resolve) => {
      onDrain.mockImplementation(resolve);
    });
    const piece = Buffer.alloc(1024, 'x');
    let written = piece.length;
    while (writer.write(piece)) written += piece.length;

    await readBytes(ends.far, written);
    await drained;

    expect(writer.bytesPending).toBe(0);
  });

  it('counts what has been taken and what is pending', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);

    expect([writer.bytesTaken, writer.bytesPending]).toEqual([0, 0]);
    const written = fill(writer);
    expect(writer.bytesTaken).toBeLessThan(written);
    expect(writer.bytesTaken + writer.bytesPending).toBe(written);
    await readBytes(ends.far, written);
    while (writer.bytesPending > 0) await once(ends.near, 'drain');
    expect([writer.bytesTaken, writer.bytesPending]).toEqual([written, 0]);
  });

  it('ends after what is pending, though the other side keeps its half open', async () => {
    await using ends = await openSockets();
    const { writer, onClose, closed } = createWriter(ends.near);
    const written = fill(writer);

    writer.end();
    expect(await readBytes(ends.far, written)).toBe(written);
    await closed;

    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('calls onClose when the other side resets the socket, and throws nothing', async () => {
    await using ends = await openSockets();
    const { writer, onClose, closed } = createWriter(ends.near);

    ends.far.resetAndDestroy();
    await closed;

    expect(onClose).toHaveBeenCalledTimes(1);
    expect(() => writer.write('x')).not.toThrow();
  });

  it('can be destroyed', async () => {
    await using ends = await openSockets();
    const { writer, onClose, closed } = createWriter(ends.near);
    fill(writer);

    writer.destroy();
    await closed;

    expect(onClose).toHaveBeenCalledTimes(1);
  });
});

describe('SocketWriter.writeAtEndOfTurn', () => {
  it('writes in one write what was gathered in a turn, together with what is written at once', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);
    const write = spyOnHandle(ends.near);
    const texts = (): string[] => write.mock.calls.map(([, bytes]) => String(bytes));
    const writeTogether = spyOnHandle(ends.near, 'writev');

    writer.writeAtEndOfTurn(Buffer.from('a'));
    writer.writeAtEndOfTurn(Buffer.from('b'));
    expect(texts()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(texts()).toEqual(['ab']);

    writer.writeAtEndOfTurn(Buffer.from('c'));
    writer.write(Buffer.from('d'));
    writer.writeAtEndOfTurn(Buffer.from('e'));
    writer.write('f');
    expect(texts()).toEqual(['ab']);
    expect(writeTogether.mock.calls.map(([, pieces]) => String(pieces))).toEqual(['c,d', 'e,f']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await readBytes(ends.far, 6)).toBe(6);
    expect(ends.near.bytesWritten).toBe(6);
  });

  it('writes it before the end', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);

    writer.writeAtEndOfTurn(Buffer.from('last'));
    writer.end();
    ends.far.resume();
    const [bytes] = (await once(ends.far, 'data')) as [Buffer];

    expect(bytes.toString()).toBe('last');
  });

  it('counts for the high-water mark', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);
    fill(writer);

    writer.writeAtEndOfTurn(CHUNK);
    writer.endTurn();

    expect(writer.isFull).toBe(true);
  });

  it('counts what was gathered, and calls onDrain when it has gone out with the turn', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near, CHUNK.length);
    const drained = new Promise((resolve) => onDrain.mockImplementation(() => resolve(writer.bytesPending)));

    writer.writeAtEndOfTurn(CHUNK);
    expect(writer.isFull).toBe(false);
    writer.writeAtEndOfTurn(Buffer.from('a'));

    expect(writer.isFull).toBe(true);
    expect(writer.bytesPending).toBe(CHUNK.length + 1);
    expect(writer.bytesTaken).toBe(0);
    expect(await drained).toBe(0);
    expect(writer.isFull).toBe(false);
    expect(onDrain).toHaveBeenCalledTimes(1);
    expect(writer.bytesTaken).toBe(CHUNK.length + 1);
  });

  it('is full until all of it has gone out, where the kernel does not take it at once', async () => {
    await using ends = await openSockets();
    const { writer, onDrain } = createWriter(ends.near);
    const large = Buffer.alloc(16 * 1024 * 1024);
    const drained = new Promise((resolve) => onDrain.mockImplementation(resolve));

    writer.writeAtEndOfTurn(large);
    writer.endTurn();
    expect(writer.isFull).toBe(true);
    expect(onDrain).not.toHaveBeenCalled();
    await readBytes(ends.far, large.length);
    await drained;

    expect(writer.isFull).toBe(false);
    expect(onDrain).toHaveBeenCalledTimes(1);
  });
});
