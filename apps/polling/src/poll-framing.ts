import type { Framing } from '@tetracast/hub';
import { encodeMessage } from '@tetracast/message-model';

/** A message as an item of a JSON list, its comma in front: any number of them in a row is a list without its first byte. */
export const pollFraming: Framing = {
  name: 'polling',
  encode: (message) => Buffer.from(`,${encodeMessage(message)}`),
};
