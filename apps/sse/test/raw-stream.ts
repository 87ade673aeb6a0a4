import { Progress, readChunks } from '@tetracast/testing';
import { connect, type Socket } from 'node:net';

/** A stream as bytes on a socket: nothing is parsed but its chunks, and nothing is read unless asked for. */
export interface RawStream extends Disposable {
  readonly socket: Socket;
  /** All that has been read; of a body in chunks what whole ones hold. */
  text(): string;
  /** Whether the last chunk has been read. */
  ended(): boolean;
  /** Reads until `text()` contains this, or matches. */
  readUntil(wanted: string | RegExp): Promise<string>;
  /** Reads to the end; resolves to `text()`. */
  readToEnd(): Promise<string>;
}

const CHUNKED_HEAD = /\r\ntransfer-encoding: chunked\r\n(?:[^\r]+\r\n)*\r\n/;

/** Sends `GET target`, or the bytes themselves when they are a whole request. */
export function openRawStream(url: string, target: string, headers = ''): RawStream {
  const { hostname, port } = new URL(url);
  // A character for each byte, since chunks are counted in bytes.
  const socket = connect({ host: hostname, port: Number(port) }).setEncoding('latin1');
  socket.pause();
  socket.on('error', () => undefined); // the close event follows
  const isRequest = target.includes('\r\n');
  socket.write(isRequest ? target : `GET ${target} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${headers}\r\n`);
  const decoder = new BodyDecoder();
  let text = '';
  const take = (): string => {
    const taken = decoder.take((socket.read() as string | null) ?? '');
    text += taken;
    return taken;
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
    ended: () => decoder.ended,
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

/** From bytes to text; behind the head of an answer in chunks, what they hold. */
class BodyDecoder {
  ended = false;
  #head = '';
  #chunks: string | undefined;

  take(bytes: string): string {
    if (this.#chunks === undefined) return this.#takeHead(bytes);
    // What follows the last chunk is shown as it is: a test that reads to the end sees it.
    if (this.ended) return toText(bytes);
    const chunks = this.#chunks + bytes;
    const { body, length, ended } = readChunks(chunks);
    this.ended = ended;
    this.#chunks = chunks.slice(length);
    return toText(ended ? body + this.#chunks : body);
  }

  #takeHead(bytes: string): string {
    this.#head += bytes;
    const found = CHUNKED_HEAD.exec(this.#head);
    if (found === null) return toText(bytes);
    const behind = this.#head.slice(found.index + found[0].length);
    this.#chunks = '';
    return toText(bytes.slice(0, bytes.length - behind.length)) + this.take(behind);
  }
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
