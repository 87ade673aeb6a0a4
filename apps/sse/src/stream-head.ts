/** What keeps browsers, caches and nginx from storing or holding back a stream. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close',
};

type Headers = Readonly<Record<string, number | string | string[] | undefined>>;

/**
 * The head of the answer, with what hooks have set (CORS), written by hand: the body ends with the connection (RFC 9112,
 * section 6.3), so that the hub's shared bytes go to the socket as they are, in no chunks.
 */
export function encodeHead(set: Headers): string {
  const headers: Headers = { ...set, ...STREAM_HEADERS, date: httpDate(Date.now()) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  return `HTTP/1.1 200 OK\r\n${lines.join('')}\r\n`;
}

let second = NaN;
let date = '';

/** Written anew once a second, as Node does for its own answers: of 5000 streams that come back at once it took a twentieth. */
function httpDate(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) date = new Date(now).toUTCString();
  second = current;
  return date;
}
