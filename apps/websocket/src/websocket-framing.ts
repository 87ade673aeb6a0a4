import type { Framing } from '@tetracast/hub';
import { encodeMessageFrame } from '@tetracast/message-model';
import { encodeTextFrame } from '@tetracast/node-io';

/** A message as the bytes of one text frame, header included: what every WebSocket is sent, the same for all. */
export const websocketFraming: Framing = {
  name: 'websocket',
  encode: (message) => encodeTextFrame(encodeMessageFrame(message)),
};
