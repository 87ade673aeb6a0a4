import { openPlainWire, type PlainWire, uniqueChannel } from '@tetracast/testing';
import { type ClientIdentity, headersOf } from './http-connection';
import type { RatedAction } from './rated-actions';

const openPlain = (url: string, client: ClientIdentity): Promise<PlainWire> =>
  openPlainWire(`${url}/ws?channel=news&format=data`, { headers: headersOf(client) });

export const openingPlainWebSockets: RatedAction['start'] = async (url, client) => {
  const wires: PlainWire[] = [];
  return {
    act: async () => {
      const wire = await openPlain(url, client);
      wires.push(wire);
      const closed = await wire.settled();
      return closed === undefined ? 'ok' : `closed with ${closed.code}`;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };
};

/** A refusal closes the connection: the next text is sent on another. */
export const sendingTexts: RatedAction['start'] = async (url, client) => {
  let wire = await openPlain(url, client);
  return {
    act: async () => {
      if (wire.socket.readyState !== wire.socket.OPEN) wire = await openPlain(url, client);
      const text = uniqueChannel('text');
      wire.send(text);
      for (;;) {
        const received = await wire.next().catch(() => wire.closed);
        if (received === text) return 'ok';
        if (typeof received !== 'string') return `closed with ${received.code}`;
      }
    },
    [Symbol.asyncDispose]: () => wire.close(),
  };
};
