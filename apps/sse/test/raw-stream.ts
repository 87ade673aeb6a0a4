import { Progress } from '@tetracast/testing';
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
  const take = (): string => {
    const chunk = (socket.read() as string | null) ?? '';
    text += chunk;
    return chunk;
  };
  const more = async (): Promise<boolean> => {
    if (socket.readableEnded || socket.destroyed) return false;
    const progress = new Progress();
    let isThere = false;
    const go = (): void => {
      isThere = true;
      progress.moved();
    };
    socket.on('readable', go).on('close', go);
    try {
      await progress.until(
        () => isThere,
        () => `the stream stands still after …${text.slice(-500)}`,
      );
    } finally {
      socket.off('readable', go).off('close', go);
    }
    return true;
  };
  return {
    socket,
    text: () => text,
    readUntil: async (wanted) => {
      // Of a long text only what is new is searched, and what may have begun before it.
      for (let tail = text + take(); ; tail = tail.slice(-200) + take()) {
        if (typeof wanted === 'string' ? tail.includes(wanted) : wanted.test(text)) return text;
        if (!(await more())) throw new Error(`the stream ended without ${String(wanted)}: …${text.slice(-500)}`);
      }
    },
    readToEnd: async () => {
      do take();
      while (await more());
      return text;
    },
    [Symbol.dispose]: () => {
      socket.destroy();
    },
  };
}
