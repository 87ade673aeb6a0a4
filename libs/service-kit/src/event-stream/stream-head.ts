const EVENT_STREAM = 'text/event-stream';

/**
 * Headers against caches and proxies that store, compress or buffer a stream. A proxy that compresses waits for enough bytes;
 * `no-transform` (RFC 9111, section 5.2.2.6) forbids that. `x-accel-buffering` is for nginx.
 */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': EVENT_STREAM,
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

type Headers = Readonly<Record<string, number | string | string[] | undefined>>;

/**
 * The head of the response, with the headers that hooks have set (CORS) and the lines about its body. Node does not write it, so that the
 * shared bytes of the hub go to the socket unchanged. `now` is in ms since 1970. Default of `type`: an event stream.
 */
export function encodeHead(set: Headers, bodyLines: string, now: number, type = EVENT_STREAM): string {
  let head = `HTTP/1.1 200 OK\r\n${encodeHeader('content-type', type)}${STREAM_LINES}${bodyLines}${encodeHeader('date', httpDate(now))}`;
  for (const [name, value] of Object.entries(set)) {
    if (!Object.hasOwn(STREAM_HEADERS, name)) head += encodeHeader(name, value);
  }
  return `${head}\r\n`;
}

function encodeHeader(name: string, value: Headers[string]): string {
  return `${name}: ${String(value)}\r\n`;
}

const STREAM_LINES = Object.entries(STREAM_HEADERS)
  .filter(([name]) => name !== 'content-type')
  .map(([name, value]) => encodeHeader(name, value))
  .join('');

let second = NaN;
let date = '';

/** Formats the date once a second, as Node does for its responses. */
function httpDate(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) date = new Date(now).toUTCString();
  second = current;
  return date;
}
