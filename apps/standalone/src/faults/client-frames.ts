import { TokenMask } from './mask-tokens';

/** The longest head of a frame. */
const HEAD_MAX = 14;

const NONE = Buffer.alloc(0);

/** One frame: how many bytes it has, and the first of them, under the masking key of the wire, with `*` in place of tokens. */
export interface ClientFrame {
  readonly length: number;
  readonly bytes: Buffer;
}

/**
 * Splits what a client sends on a WebSocket into frames (RFC 6455, section 5.2), and keeps at most `keptMax` bytes of each. A token
 * in a payload shows only without the masking key, and it may begin in one frame of a message and end in the next.
 */
export class ClientFrames {
  /** The bytes of a head that is not whole. */
  private begun: Buffer = NONE;
  private frame: OpenFrame | undefined;
  private tokens = new TokenMask();

  constructor(private readonly keptMax: number) {}

  /** The frames that are whole with these bytes. */
  take(bytes: Buffer): ClientFrame[] {
    const frames: ClientFrame[] = [];
    for (let at = 0; at < bytes.length;) {
      if (this.frame === undefined) at += this.open(bytes.subarray(at, at + HEAD_MAX));
      if (this.frame === undefined) break;
      at += this.frame.take(bytes.subarray(at));
      if (this.frame.missing > 0) break;
      frames.push(this.frame.end());
      this.frame = undefined;
    }
    return frames;
  }

  /** Opens the next frame, once its head is whole. Returns how many of these bytes are the head's. */
  private open(bytes: Buffer): number {
    const begun = Buffer.concat([this.begun, bytes]);
    const head = readHead(begun);
    const used = head === undefined ? bytes.length : head.start - this.begun.length;
    this.begun = head === undefined ? begun : NONE;
    if (head !== undefined)
      this.frame = new OpenFrame(begun.subarray(0, head.start), head, this.tokensOf(head), this.keptMax);
    return used;
  }

  /** A control frame may come between the frames of a message. */
  private tokensOf({ opcode }: FrameHead): TokenMask {
    if (opcode >= 8) return new TokenMask();
    if (opcode > 0) this.tokens = new TokenMask();
    return this.tokens;
  }
}

class OpenFrame {
  missing: number;
  private readonly kept: Buffer[];
  private keptBytes: number;
  private readonly key: Buffer;

  constructor(
    head: Buffer,
    private readonly read: FrameHead,
    private readonly tokens: TokenMask,
    private readonly keptMax: number,
  ) {
    this.kept = [head];
    this.keptBytes = head.length;
    this.missing = read.length;
    this.key = read.isMasked ? head.subarray(-4) : Buffer.alloc(4);
  }

  /** Returns how many of these bytes are the payload's. */
  take(bytes: Buffer): number {
    const part = bytes.subarray(0, this.missing);
    const at = this.read.length - this.missing;
    const masked = this.xor(this.tokens.mask(this.xor(part, at)), at).subarray(0, this.keptMax - this.keptBytes);
    if (masked.length > 0) this.kept.push(masked);
    this.keptBytes += masked.length;
    this.missing -= part.length;
    return part.length;
  }

  end(): ClientFrame {
    return { length: this.read.start + this.read.length, bytes: Buffer.concat(this.kept) };
  }

  private xor(bytes: Buffer, at: number): Buffer {
    return Buffer.from(bytes.map((byte, index) => byte ^ (this.key[(at + index) % 4] ?? 0)));
  }
}

interface FrameHead {
  readonly opcode: number;
  /** Where the payload starts. */
  readonly start: number;
  readonly length: number;
  readonly isMasked: boolean;
}

/** `undefined` while the head is not whole. */
function readHead(bytes: Buffer): FrameHead | undefined {
  if (bytes.length < 2) return undefined;
  const opcode = bytes.readUInt8(0) & 0x0f;
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  const isMasked = second > 0x7f;
  const start = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < start) return undefined;
  if (lengthBytes === 0) return { opcode, start, length: short, isMasked };
  const length = lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { opcode, start, length, isMasked };
}
