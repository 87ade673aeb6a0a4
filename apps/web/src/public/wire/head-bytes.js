import { byteLength } from '../panel/meters.js';

/** What a browser adds to every request: `Sec-Fetch-*`, `Sec-CH-UA*`, `Connection`, `Accept-Encoding`. About so long. */
const ADDED_BY_BROWSER = 330;

/** Bytes of a request's head over HTTP/1.1. A page cannot read it, so this is a count of what the browser is known to send. */
export function requestHeadBytes(method, url, headers = {}) {
  const { host, pathname, search } = new URL(url, location.href);
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    `User-Agent: ${navigator.userAgent}`,
    `Accept-Language: ${navigator.languages.join(',')}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return byteLength(`${lines.join('\r\n')}\r\n\r\n`) + ADDED_BY_BROWSER;
}

/** Bytes of an answer's head, from the headers that the page may read. */
export const responseHeadBytes = (headers) => byteLength(`HTTP/1.1 200 OK\r\n${headers}\r\n`);

/** The handshake of a WebSocket: its own headers on both sides (RFC 6455, section 1.3). */
export const UPGRADE_REQUEST_HEADERS = {
  Upgrade: 'websocket',
  Origin: location.origin,
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
};
export const UPGRADE_RESPONSE_BYTES = 129;

/** Bytes of one frame (RFC 6455, section 5.2). What a client sends is masked, which takes four bytes more. */
export function frameBytes(payloadBytes, isMasked) {
  const length = payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10;
  return length + (isMasked ? 4 : 0) + payloadBytes;
}

/** Bytes of one event of an event stream. */
export function eventBytes({ type, lastEventId, data }) {
  const lines = [`id: ${lastEventId}`, ...data.split('\n').map((line) => `data: ${line}`)];
  if (type !== 'message') lines.push(`event: ${type}`);
  return byteLength(`${lines.join('\n')}\n\n`);
}
