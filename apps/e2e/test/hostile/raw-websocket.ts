import type { Socket } from 'node:net';
import { RawConnection } from './raw-connection';

/** The opcodes of RFC 6455, section 5.2. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as it is written, right or wrong. */
export interface FrameToSend {
  readonly fin?: boolean;
  /** The three reserved bits. Default 0. */
  readonly rsv?: number;
  readonly opcode: number;
  /** Default `true`, as a client must. */
  readonly masked?: boolean;
  readonly payload: Uint8Array;
  /** What the head says of the payload's length. Default: the truth. */
  readonly length?: bigint;
}

export interface ReceivedFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const MASK = Buffer.from([0x5a, 0x17, 0xc3, 0x88]);

export function encodeFrame({ fin = true, rsv = 0, opcode, masked = true, payload, length }: FrameToSend): Buffer {
  const said = length ?? BigInt(payload.length);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const second = masked ? 0x80 : 0;
  const head =
    said < 126n
      ? Buffer.from([first, second | Number(said)])
      : said < 65_536n
        ? Buffer.from([first, second | 126, 0, 0])
        : Buffer.from([first, second | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (head.length === 4) head.writeUInt16BE(Number(said), 2);
  if (head.length === 10) head.writeBigUInt64BE(said, 2);
  if (!masked) return Buffer.concat([head, payload]);
  return Buffer.concat([head, MASK, payload.map((byte, index) => byte ^ (MASK[index % 4] ?? 0))]);
}

export function encodeText(text: string): Buffer {
  return encodeFrame({ opcode: OPCODES.text, payload: Buffer.from(text) });
}

/** The whole frames in what a server sent. @throws Error for what no server may send */
function decodeFrames(bytes: Buffer): ReceivedFrame[] {
  const frames: ReceivedFrame[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const [first = 0, second = 0] = bytes.subarray(at);
    if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0) throw new Error(`no frame of a server: ${first} ${second}`);
    const [start, length] = readLength(bytes, at + 2, second);
    if (start + length > bytes.length) break;
    frames.push({ opcode: first & 0x0f, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}

/** A WebSocket on which frames are written and read by hand. */
export class RawWebSocket implements Disposable {
  private constructor(
    readonly connection: RawConnection,
    private readonly headLength: number,
  ) {}

  static async open(port: number, target: string): Promise<RawWebSocket> {
    const connection = await RawConnection.open(port);
    await connection.send(upgradeRequest(target));
    const head = await connection.until((received) => received.includes('\r\n\r\n'), 'the handshake');
    const text = head.toString('latin1');
    if (!text.startsWith('HTTP/1.1 101 ')) throw new Error(`refused: ${text}`);
    return new RawWebSocket(connection, text.indexOf('\r\n\r\n') + 4);
  }

  get frames(): ReceivedFrame[] {
    return decodeFrames(this.connection.received.subarray(this.headLength));
  }

  /** Resolves to all frames once they are `enough`, or with the end of the connection. */
  async until(enough: (frames: readonly ReceivedFrame[]) => boolean, wanted: string): Promise<ReceivedFrame[]> {
    await this.connection.until(() => enough(this.frames), wanted);
    return this.frames;
  }

  /** Sends an end, and resolves to all frames when the server has closed the connection. */
  async finish(): Promise<ReceivedFrame[]> {
    await this.connection.finish();
    return this.frames;
  }

  /**
   * Writes the bytes over and over, as fast as the other side takes them, and reads nothing. `true` when that has closed the
   * connection; `false` when it took them `times` times.
   */
  async flood(bytes: Buffer, times: number): Promise<boolean> {
    const { socket } = this.connection;
    socket.pause();
    for (let sent = 0; sent < times && !socket.destroyed; sent++) {
      if (!socket.write(bytes)) await drainedOrClosed(socket);
    }
    return socket.destroyed;
  }

  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }
}

export function upgradeRequest(target: string): Buffer {
  return Buffer.from(
    [
      `GET ${target} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n'),
  );
}

function drainedOrClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    socket.on('drain', settle).on('close', settle);
  });
}

function readLength(bytes: Buffer, at: number, second: number): [start: number, length: number] {
  if (second === 126) return at + 2 <= bytes.length ? [at + 2, bytes.readUInt16BE(at)] : [Infinity, 0];
  if (second === 127) return at + 8 <= bytes.length ? [at + 8, Number(bytes.readBigUInt64BE(at))] : [Infinity, 0];
  return [at, second];
}
