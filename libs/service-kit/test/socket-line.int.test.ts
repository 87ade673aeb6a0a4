import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { SocketLine } from '../src/socket-line';

const MARK = 256 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

interface Ends extends AsyncDisposable {
  readonly near: Socket;
  readonly far: Socket;
}

/** Both ends of a connection; nothing is read from the far one yet. */
async function openSockets(): Promise<Ends> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [[near]] = (await Promise.all([once(server, 'connection'), once(far, 'connect')])) as [[Socket], unknown];
  far.pause();
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function createLine(socket: Socket, mark = MARK): { line: SocketLine; drained: jest.Mock; gone: jest.Mock } {
  const drained = jest.fn();
  const gone = jest.fn();
  return { line: new SocketLine(socket, mark, drained, gone), drained, gone };
}

/** Writes until the line is full; returns how many bytes. */
function fill(line: SocketLine): number {
  let bytes = CHUNK.length;
  while (line.write(CHUNK)) bytes += CHUNK.length;
  return bytes;
}

async function readBytes(socket: Socket, wanted: number): Promise<number> {
  let bytes = 0;
  while (bytes < wanted) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) await once(socket, 'readable');
    else bytes += chunk.length;
  }
  return bytes;
}

describe('SocketLine', () => {
  it('takes bytes while the other side reads, and has nothing pending', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);

    expect(line.write('hello')).toBe(true);
    expect(String((await once(ends.far.resume(), 'data'))[0])).toBe('hello');
    expect(line.pending).toBe(0);
    expect(drained).not.toHaveBeenCalled();
  });

  it('is full above the mark, by no more than one write', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);

    fill(line);

    expect(line.pending).toBeGreaterThan(MARK);
    expect(line.pending).toBeLessThanOrEqual(MARK + CHUNK.length);
  });

  it('tells once when what was pending has gone out, and everything has arrived', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near);
    const written = fill(line) + CHUNK.length;
    line.write(CHUNK);

    expect(await readBytes(ends.far, written)).toBe(written);
    while (line.pending > 0) await once(ends.near, 'drain');

    expect(drained).toHaveBeenCalledTimes(1);
    expect(line.write('more')).toBe(true);
  });

  it('tells as well when the mark is below that of the socket', async () => {
    await using ends = await openSockets();
    const { line, drained } = createLine(ends.near, 1);
    const written = fill(line);
    const told = new Promise((resolve) => {
      drained.mockImplementation(resolve);
    });

    await readBytes(ends.far, written);
    await told;

    expect(line.pending).toBe(0);
  });

  it('has stalled while nothing pending goes out', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);

    expect([line.hasStalled(), line.hasStalled()]).toEqual([false, false]);
    const written = fill(line);
    expect([line.hasStalled(), line.hasStalled(), line.hasStalled()]).toEqual([false, true, true]);
    await readBytes(ends.far, written);
    while (line.pending > 0) await once(ends.near, 'drain');
    expect([line.hasStalled(), line.hasStalled()]).toEqual([false, false]);
  });

  it('ends after what is pending, though the other side keeps its half open', async () => {
    await using ends = await openSockets();
    const { line, gone } = createLine(ends.near);
    const written = fill(line);

    line.end();
    expect(await readBytes(ends.far, written)).toBe(written);
    await once(ends.near, 'close');

    expect(gone).toHaveBeenCalledTimes(1);
  });

  it('is gone when the other side resets it, and nothing is thrown', async () => {
    await using ends = await openSockets();
    const { line, gone } = createLine(ends.near);

    ends.far.resetAndDestroy();
    await once(ends.near, 'close');

    expect(gone).toHaveBeenCalledTimes(1);
    expect(() => line.write('x')).not.toThrow();
  });

  it('can be cut', async () => {
    await using ends = await openSockets();
    const { line, gone } = createLine(ends.near);
    fill(line);

    line.destroy();
    await once(ends.near, 'close');

    expect(gone).toHaveBeenCalledTimes(1);
  });
});
