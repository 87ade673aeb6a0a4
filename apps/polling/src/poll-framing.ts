import type { Framing } from '@tetracast/hub';
import { encodeMessage } from '@tetracast/message-model';

/** A message as a comma and an item of a JSON list. Any number of them, without the first byte, are the items of a list. */
export const pollFraming: Framing = {
  name: 'polling',
  encode: (message) => Buffer.from(`,${encodeMessage(message)}`),
};
