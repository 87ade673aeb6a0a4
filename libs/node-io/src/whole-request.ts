import { IncomingMessage } from 'node:http';

/** Every piece of a body but the last has at least so many bytes. */
const PIECE_BYTES = 4096;

/**
 * A request whose body is handed on in few pieces, in however many it came: who collects them keeps an object for each, which
 * for a body that comes in pieces of one byte is many times the body.
 */
export class WholeRequest extends IncomingMessage {
  /** What has come and is not handed on, `size` bytes of it; a first piece as it came, more in room for {@link PIECE_BYTES}. */
  private gathered: Buffer | undefined;
  private size = 0;

  override push(piece: Buffer | null): boolean {
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
