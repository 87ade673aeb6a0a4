import type { Framing } from '@tetracast/hub';
import { dataAlone, encodeMessageFrame } from '@tetracast/message-model';
import { encodeTextFrame } from '@tetracast/node-io';

/** A message as the bytes of one text frame, header included: what every WebSocket is sent, the same for all. */
export const websocketFraming: Framing = {
  name: 'websocket',
  encode: (message) => encodeTextFrame(encodeMessageFrame(message)),
};

/** The same of its data alone. */
export const plainFraming: Framing = {
  name: 'websocket-data',
  encode: (message) => encodeTextFrame(dataAlone(message)),
};
