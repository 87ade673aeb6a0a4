import { createLine, openSockets } from '../open-sockets';

describe(`Node.js ${process.version}`, () => {
  it('takes writes past the stream of a socket: writePastStream', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);
    const byStream = jest.spyOn(ends.near, 'write');

    line.write(Buffer.from('a'));
    line.writeAtEndOfTurn(Buffer.from('b'));
    line.write(Buffer.from('c'));

    expect(byStream).not.toHaveBeenCalled();
    expect([ends.near.bytesWritten, line.bytesTaken]).toEqual([3, 3]);
  });

  it('says how much of a write the kernel has not taken: writePastStream', async () => {
    await using ends = await openSockets();
    const { line } = createLine(ends.near);
    const bytes = Buffer.alloc(8 * 1024 * 1024);

    line.write(bytes);

    expect(line.bytesPending).toBeGreaterThan(0);
    expect(line.bytesPending).toBeLessThan(bytes.length);
  });
});
