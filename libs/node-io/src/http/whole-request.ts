import { IncomingMessage } from 'node:http';
import { INTERNALS } from '../internals';

/** Every piece of a body but the last has at least so many bytes. */
const PIECE_BYTES = 4096;

/**
 * A request that passes its body on in few pieces, however many arrive: the reader keeps an object for each piece, which for a
 * body in pieces of one byte is many times the body. It relies on Node's parser calling `push` for each piece.
 */
export class WholeRequest extends IncomingMessage {
  /** The `size` bytes that are not passed on yet: the first piece as it came, or a buffer of {@link PIECE_BYTES}. */
  private gathered: Buffer | undefined;
  private size = 0;

  private utf8: InstanceType<typeof TextDecoder> | undefined;
  private onInvalidUtf8: (() => void) | undefined;

  /**
   * Hands on a body that is UTF-8 only (RFC 3629): with the first byte that is not, the body ends there, without its end, and
   * `onInvalid` is called. A reader that decodes for itself would put U+FFFD in place of what was sent. Call it in the
   * turn in which the head was read.
   */
  requireUtf8(onInvalid: () => void): void {
    this.utf8 = new TextDecoder('utf-8', { fatal: true });
    this.onInvalidUtf8 = onInvalid;
  }

  override push(piece: Buffer | null): boolean {
    if (this.utf8 !== undefined && !this.isUtf8(piece)) return false;
    return this.pushLarge(piece);
  }

  private isUtf8(piece: Buffer | null): boolean {
    if (this.onInvalidUtf8 === undefined) return false;
    try {
      this.utf8?.decode(piece ?? undefined, { stream: piece !== null });
      return true;
    } catch {
      const { onInvalidUtf8 } = this;
      this.onInvalidUtf8 = undefined;
      onInvalidUtf8();
      return false;
    }
  }

  private pushLarge(piece: Buffer | null): boolean {
    if (!INTERNALS.gatherBody) return super.push(piece);
    const { gathered, size } = this;
    if (piece === null || size + piece.length >= PIECE_BYTES) {
      this.gathered = undefined;
      this.size = 0;
      if (gathered !== undefined) super.push(gathered.subarray(0, size));
      return super.push(piece);
    }
    this.size = size + piece.length;
    if (gathered === undefined) {
      this.gathered = piece;
      return true;
    }
    if (gathered.length < PIECE_BYTES) {
      this.gathered = Buffer.allocUnsafeSlow(PIECE_BYTES);
      gathered.copy(this.gathered);
    }
    piece.copy(this.gathered as Buffer, size);
    return true;
  }
}
