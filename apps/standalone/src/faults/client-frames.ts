import { maskTokens } from './mask-tokens';

/** The longest frame that is looked into; of a longer one only its length is known. */
const FRAME_MAX = 65_536;

/** One frame of a client, or only its length if it is too long to be kept. */
export type ClientFrame = Buffer | number;

/**
 * Splits what a client sends on a WebSocket into frames (RFC 6455, section 5.2). The payload is under a masking key, so a
 * token in it shows only when a frame is whole.
 */
export class ClientFrames {
  private pending: Buffer = Buffer.alloc(0);
  private toSkip = 0;

  /** The frames that are whole with these bytes. */
  take(bytes: Buffer): ClientFrame[] {
    const frames: ClientFrame[] = [];
    this.pending = Buffer.concat([this.pending, this.skip(bytes)]);
    for (let head = readHead(this.pending); head !== undefined; head = readHead(this.pending)) {
      const length = head.start + head.length;
      if (length > FRAME_MAX) {
        frames.push(length);
        this.toSkip = length;
        this.pending = this.skip(this.pending);
        continue;
      }
      if (this.pending.length < length) break;
      frames.push(maskTokensIn(this.pending.subarray(0, length), head));
      this.pending = this.pending.subarray(length);
    }
    return frames;
  }

  private skip(bytes: Buffer): Buffer {
    const skipped = Math.min(this.toSkip, bytes.length);
    this.toSkip -= skipped;
    return bytes.subarray(skipped);
  }
}

interface FrameHead {
  /** Where the payload starts. */
  readonly start: number;
  readonly length: number;
  readonly isMasked: boolean;
}

/** `undefined` while the head is not whole. */
function readHead(bytes: Buffer): FrameHead | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  const isMasked = second > 0x7f;
  const start = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < start) return undefined;
  if (lengthBytes === 0) return { start, length: short, isMasked };
  return { start, length: lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)), isMasked };
}

/** The same frame under the same masking key, with `*` in place of the tokens in its payload. */
function maskTokensIn(frame: Buffer, { start, isMasked }: FrameHead): Buffer {
  const payload = frame.subarray(start);
  if (!isMasked) return Buffer.concat([frame.subarray(0, start), maskTokens(payload)]);
  const key = frame.subarray(start - 4, start);
  return Buffer.concat([frame.subarray(0, start), xor(maskTokens(xor(payload, key)), key)]);
}

function xor(bytes: Buffer, key: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (key[index % 4] ?? 0)));
}
