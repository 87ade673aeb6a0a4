import { IncomingMessage } from 'node:http';
import { INTERNALS } from './internals';

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

  override push(piece: Buffer | null): boolean {
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
