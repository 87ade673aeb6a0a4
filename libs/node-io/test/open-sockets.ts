import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { SocketWriter } from '../src/sockets/socket-writer';

export const MARK = 256 * 1024;
export const CHUNK = Buffer.alloc(64 * 1024, 'x');

export interface Ends extends AsyncDisposable {
  readonly near: Socket;
  readonly far: Socket;
}

/** Both ends of a connection; nothing is read from the far one yet. */
export async function openSockets(): Promise<Ends> {
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

export interface TestWriter {
  readonly writer: SocketWriter;
  readonly onDrain: jest.Mock;
  readonly onClose: jest.Mock;
  /** Resolves when `onClose` is called. */
  readonly closed: Promise<void>;
}

export function createWriter(socket: Socket, mark = MARK): TestWriter {
  const onDrain = jest.fn();
  const onClose = jest.fn();
  const closed = new Promise<void>((resolve) => {
    onClose.mockImplementation(resolve);
  });
  return { writer: new SocketWriter(socket, mark, { onDrain, onClose }), onDrain, onClose, closed };
}

/** Writes until the writer is full; returns how many bytes. */
export function fill(writer: SocketWriter): number {
  let bytes = CHUNK.length;
  while (writer.write(CHUNK)) bytes += CHUNK.length;
  return bytes;
}

type Handle = Record<'writeBuffer' | 'writev', (request: object, bytes: Buffer | readonly Buffer[]) => number>;

/** Sees what is written to the kernel, by the stream or past it: `writev` is several pieces in one write. */
export function spyOnHandle(
  socket: Socket,
  method: keyof Handle = 'writeBuffer',
): jest.SpyInstance<number, Parameters<Handle['writev']>> {
  return jest.spyOn((socket as unknown as { readonly _handle: Handle })._handle, method);
}

/** Bytes of writes under way that the kernel has not taken. */
export function queuedIn(socket: Socket): number {
  return (socket as unknown as { readonly _handle: { readonly writeQueueSize: number } })._handle.writeQueueSize;
}

export async function readBytes(socket: Socket, wanted: number): Promise<number> {
  let bytes = 0;
  while (bytes < wanted) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) await once(socket, 'readable');
    else bytes += chunk.length;
  }
  return bytes;
}
