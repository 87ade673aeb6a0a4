import {
  cursorAfter,
  dataAlone,
  DEFAULT_EVENT,
  type EncodedMessage,
  encodeMessage,
  eventOfNotice,
  type Reset,
  RESET_EVENT,
  type TokenNotice,
} from '@tetracast/message-model';
import type { Format } from '@tetracast/session';

/** A comment: it keeps proxies from taking the connection for dead, and sets no id. */
export const HEARTBEAT = ':\n\n';

/** A block with the whole message as JSON, or with its data alone: a string as it is, anything else as JSON. */
export function encodeBlock(message: EncodedMessage, format: Format): string {
  const { event } = message;
  // `onmessage` is only called for what names no event.
  const name = event === DEFAULT_EVENT ? '' : `event: ${event}\n`;
  const data = format === 'message' ? encodeMessage(message) : dataAlone(message);
  return `id: ${cursorAfter(message)}\n${name}${dataLines(data)}\n`;
}

/** Says when to reconnect; with a cursor it also sets, without an event, from where to resume (WHATWG HTML, section 9.2.6). */
export function encodeOpening(retryMs: number, cursor?: string): string {
  return `retry: ${retryMs}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`;
}

/** Sets, without an event, from where the client resumes. */
export function encodePassed(cursor: string): string {
  return `id: ${cursor}\n\n`;
}

/** Not a message, so it must not move the client's cursor: no id. */
export function encodeNotice(notice: TokenNotice): string {
  const { event, payload } = eventOfNotice(notice);
  return `event: ${event}\ndata: ${JSON.stringify(payload)}\n\n`;
}

export function encodeReset(reset: Reset): string {
  return `id: ${reset.cursor}\nevent: ${RESET_EVENT}\ndata: ${JSON.stringify(reset)}\n\n`;
}

/** An event stream knows three line ends, and its reader puts LF for each. */
function dataLines(text: string): string {
  // Nearly every message is one line, which two searches for a character find out sooner than a pattern.
  const isOne = !text.includes('\n') && !text.includes('\r');
  return `data: ${isOne ? text : text.replace(/\r\n|\r|\n/g, '\ndata: ')}\n`;
}
