import type { Framing } from '@tetracast/hub';
import { encodeMessageFrame } from '@tetracast/message-model';
import { encodeTextFrame } from '@tetracast/node-io';

/** A message as the bytes of one text frame with its header, the same for all connections. */
export const websocketFraming: Framing = {
  name: 'websocket',
  encode: (message) => encodeTextFrame(encodeMessageFrame(message)),
};
