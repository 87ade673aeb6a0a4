import { createWriter, openSockets } from '../open-sockets';

describe(`Node.js ${process.version}`, () => {
  it('takes writes past the stream of a socket: writePastStream', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);
    const byStream = jest.spyOn(ends.near, 'write');

    writer.write(Buffer.from('a'));
    writer.writeAtEndOfTurn(Buffer.from('b'));
    writer.write(Buffer.from('c'));

    expect(byStream).not.toHaveBeenCalled();
    expect([ends.near.bytesWritten, writer.bytesTaken]).toEqual([3, 3]);
  });

  it('says how much of a write the kernel has not taken: writePastStream', async () => {
    await using ends = await openSockets();
    const { writer } = createWriter(ends.near);
    const bytes = Buffer.alloc(8 * 1024 * 1024);

    writer.write(bytes);

    expect(writer.bytesPending).toBeGreaterThan(0);
    expect(writer.bytesPending).toBeLessThan(bytes.length);
  });
});
