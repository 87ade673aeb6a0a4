import type { Framing } from '@tetracast/hub';
import { dataAlone, encodeMessageFrame, OWN_EVENT_PREFIX } from '@tetracast/message-model';
import { encodeTextFrame } from '@tetracast/node-io';

const NOTHING = Buffer.alloc(0);

/** A message as the bytes of one text frame with its header, the same for all connections. */
export const websocketFraming: Framing = {
  name: 'websocket',
  encode: (message) => encodeTextFrame(encodeMessageFrame(message)),
};

/** The same of its data alone; nothing for a message of the server's own, such as that another one was deleted. */
export const plainFraming: Framing = {
  name: 'websocket-data',
  encode: (message) => (message.event.startsWith(OWN_EVENT_PREFIX) ? NOTHING : encodeTextFrame(dataAlone(message))),
};
