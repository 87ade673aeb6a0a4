import { isTooDeep, TOO_DEEP } from '@tetracast/message-model';
import { Decoder, Encoder } from 'socket.io-parser';

/** Refuses a packet that takes long to parse. Socket.IO then ends the session, as after a packet that is not JSON. */
class ShallowDecoder extends Decoder {
  override add(packet: unknown): void {
    if (typeof packet === 'string' && isTooDeep(packet)) throw new Error(TOO_DEEP);
    super.add(packet);
  }
}

/** The parser of Socket.IO, without packets that are too deep. */
export const shallowParser = { Encoder, Decoder: ShallowDecoder };
