import { connect, type Socket } from 'node:net';

/** A stream as bytes on a socket: nothing is parsed, and nothing is read unless asked for. */
export interface RawStream extends Disposable {
  readonly socket: Socket;
  /** All that has been read. */
  text(): string;
  /** Reads until `text()` contains this, or matches. */
  readUntil(wanted: string | RegExp): Promise<string>;
  /** Reads to the end; resolves to `text()`. */
  readToEnd(): Promise<string>;
}

/** Sends `GET target`, or the bytes themselves when they are a whole request. */
export function openRawStream(url: string, target: string, headers = ''): RawStream {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) }).setEncoding('utf8');
  socket.pause();
  socket.on('error', () => undefined); // told by the close that follows
  const isRequest = target.includes('\r\n');
  socket.write(isRequest ? target : `GET ${target} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${headers}\r\n`);
  let text = '';
  const take = (): void => {
    text += (socket.read() as string | null) ?? '';
  };
  const readWhile = async (missing: () => boolean): Promise<string> => {
    for (take(); missing() && !socket.readableEnded && !socket.destroyed; take()) {
      await new Promise<void>((resolve) => {
        socket.once('readable', resolve).once('close', resolve);
      });
    }
    return text;
  };
  return {
    socket,
    text: () => text,
    readUntil: async (wanted) => {
      const missing = (): boolean => (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text));
      await readWhile(missing);
      if (missing()) throw new Error(`the stream ended without ${String(wanted)}: ${text}`);
      return text;
    },
    readToEnd: () => readWhile(() => true),
    [Symbol.dispose]: () => socket.destroy(),
  };
}
