import type { EncodedMessage } from '@tetracast/message-model';

/** One way to put a message on the wire. Stateless; the bytes are made once per message and shared by all connections. */
export interface Framing {
  readonly name: string;
  encode(message: EncodedMessage): Buffer;
}
