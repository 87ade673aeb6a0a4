import {
  cursorAfter,
  dataAlone,
  DEFAULT_EVENT,
  type EncodedMessage,
  encodeMessage,
  eventOfNotice,
  type Reset,
  RESET_EVENT,
  type Notice,
} from '@tetracast/message-model';
import type { Format } from '@tetracast/session';

/** A comment. It shows proxies that the connection is alive, and sets no id. */
export const HEARTBEAT = ':\n\n';

/** A block with the whole message as JSON, or with its data alone: a string unchanged, anything else as JSON. */
export function encodeBlock(message: EncodedMessage, format: Format): string {
  const { event } = message;
  // Browsers call `onmessage` only for blocks without an event name.
  const name = event === DEFAULT_EVENT ? '' : `event: ${event}\n`;
  const data = format === 'message' ? encodeMessage(message) : dataAlone(message);
  return `id: ${cursorAfter(message)}\n${name}${dataLines(data)}\n`;
}

/** Sets the time before a reconnect and, without an event, the cursor to resume from (WHATWG HTML, section 9.2.6). */
export function encodeOpening(retryMs: number, cursor?: string): string {
  return `retry: ${retryMs}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`;
}

/** Sets the cursor to resume from, without an event. */
export function encodeCursor(cursor: string): string {
  return `id: ${cursor}\n\n`;
}

/** A notice has no id, since it must not change the cursor of the client. */
export function encodeNotice(notice: Notice): string {
  const { event, payload } = eventOfNotice(notice);
  return `event: ${event}\ndata: ${JSON.stringify(payload)}\n\n`;
}

export function encodeReset(reset: Reset): string {
  return `id: ${reset.cursor}\nevent: ${RESET_EVENT}\ndata: ${JSON.stringify(reset)}\n\n`;
}

/** An event stream has three line ends, and a client reads each as LF. */
function dataLines(text: string): string {
  // Almost every message is one line. Two searches for a character are faster than a pattern.
  const isOne = !text.includes('\n') && !text.includes('\r');
  return `data: ${isOne ? text : text.replace(/\r\n|\r|\n/g, '\ndata: ')}\n`;
}
