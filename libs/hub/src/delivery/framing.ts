import type { EncodedMessage } from '@tetracast/message-model';

/** One form of a message on the wire. Stateless: all connections share the bytes, which are made once per message. */
export interface Framing {
  readonly name: string;
  encode(message: EncodedMessage): Buffer;
}
