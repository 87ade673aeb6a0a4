import type { Framing } from '@tetracast/hub';
import { cursorAfter, type EncodedMessage, encodeMessageInfo } from '@tetracast/message-model';
import { encodeTextFrame } from '@tetracast/node-io';

/** The two forms of a message on one kind of Socket.IO connection. */
export interface SocketioFramings {
  /** The text of a Socket.IO packet, for Engine.IO to carry. */
  readonly packets: Framing;
  /** The same text as a whole WebSocket frame, for the TCP socket. */
  readonly frames: Framing;
}

// Engine.IO protocol 4: a packet of type `message` begins with 4; over HTTP long-polling Engine.IO adds it.
const ENGINE_MESSAGE = '4';
// Socket.IO protocol 5: an EVENT packet begins with 2, then the namespace and a comma unless it is the main one.
const EVENT = '2';

/** For the main namespace. */
export const MAIN_FRAMINGS = createFramings('socketio', () => '');

/** For a namespace, which is the channel of all its messages. */
export const NAMESPACE_FRAMINGS = createFramings('socketio-namespace', ({ channel }) => `/${channel},`);

/**
 * An event of the server itself, as the text of a packet. If the last argument is a cursor, the stock client keeps it as its
 * offset. If it is not a string, the client keeps its offset.
 */
export function encodeServerEvent(namespace: string, event: string, payload: object, cursor?: string): string {
  const prefix = namespace === '/' ? '' : `${namespace},`;
  return `${EVENT}${prefix}${JSON.stringify(cursor === undefined ? [event, payload] : [event, payload, cursor])}`;
}

function createFramings(name: string, prefixOf: (message: EncodedMessage) => string): SocketioFramings {
  const encodePacket = (message: EncodedMessage): string => {
    const { event, data } = message;
    return `${EVENT}${prefixOf(message)}[${JSON.stringify(event)},${data},${encodeMessageInfo(message)},"${cursorAfter(message)}"]`;
  };
  return {
    packets: { name: `${name}-packet`, encode: (message) => Buffer.from(encodePacket(message)) },
    frames: { name: `${name}-frame`, encode: (message) => encodeTextFrame(ENGINE_MESSAGE + encodePacket(message)) },
  };
}
