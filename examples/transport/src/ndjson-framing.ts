import type { Framing } from '@tetracast/hub';
import { encodeMessageFrame } from '@tetracast/message-model';

/** A message as one line: the `message` frame of a WebSocket. */
export const ndjsonFraming: Framing = {
  name: 'ndjson',
  encode: (message) => Buffer.from(`${encodeMessageFrame(message)}\n`),
};

/** An empty line, which every reader of lines passes over. */
export const HEARTBEAT = '\n';
