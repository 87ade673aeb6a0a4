import fc from 'fast-check';
import { withOddMembers } from './with-odd-members';

/** A request as it is written on the wire, its body apart. */
export interface OddRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const PATHS = [
  ...['/polling', '/sse', '/polling', '/sse', '/ws', '/socket.io/', '/polling/', '//sse', '/%70olling', '/'],
  ...['/api/publish', '/api/batch', '/api/channels', '/api/channels/fuzz/messages'],
];
const PARAMETERS = ['channel', 'channel', 'after', 'rewind', 'limit', 'wait', 'client', 'format', 'lastEventId'];
const POISON = ['__proto__', 'constructor', 'toString', 'token', 'j', 'sid', 'EIO', 'transport', 'channel[]', ''];
const ODD_VALUES = [
  ...['', 'fuzz', 'a,b', ',', 'a,,b', '$own', 'earliest', 'data', 'polling', 'websocket', '4'],
  ...['%', '%zz', '%00', '%E0%A4%A', '%0d%0aX: y', '%ud83d', '+', '#', '\\', '[]', '{}'],
  ...['-1', '0', '0x10', '1e400', 'NaN', '10000', '10001', '99999999999999999999', '0.5', 'x-1', 'a-9007199254740993'],
];
const ODD_HEADERS = [
  ...['If-None-Match', 'Last-Event-ID', 'Prefer', 'Idempotency-Key', 'Accept', 'Origin', 'Authorization', 'Cookie'],
  ...[
    'X-Forwarded-Host',
    'X-Forwarded-For',
    'Range',
    'Expect',
    'Accept-Encoding',
    '__proto__',
    'X-HTTP-Method-Override',
  ],
];
const ODD_HEADER_VALUES = [
  ...['', '*', '"', '""', 'W/"', 'W/"x-1", "y-2"', '"a-0",', 'null', 'wait', 'wait=', 'wait="0', 'wait=0; wait=9'],
  ...['wait=99999999999', 'bytes=0-', '100-continue', '200-ok', 'http://evil.example', 'Bearer', 'Bearer a.b.c', '::1'],
];
const CONTENT_TYPES = [
  ...[
    'application/json',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/JSON;;',
  ],
  ...['text/plain', 'text/plain;application/json', 'multipart/form-data; boundary=', 'application/json, text/html'],
  ...['', '/', 'application/', ';', 'application/vnd.api+json', 'a/b; c="', '*/*'],
];

/** Letters that may stand in a header, those above ASCII included. */
const headerText = fc
  .array(fc.constantFrom(...letters(0x20, 0x7e), '\t', ...letters(0x80, 0xff)), { maxLength: 40 })
  .map((units) => units.join(''));
/** Letters that may stand in a request line. */
const urlText = fc
  .array(fc.constantFrom(...letters(0x21, 0x7e), ...letters(0x80, 0xff)), { maxLength: 40 })
  .map((units) => units.join(''));

const parameter = fc.tuple(
  fc.oneof(fc.constantFrom(...PARAMETERS), fc.constantFrom(...POISON), urlText),
  fc.oneof(fc.constantFrom(...ODD_VALUES), urlText),
);
const query = fc
  .tuple(
    fc.nat(3).map((one) => one > 0),
    fc.array(parameter, { maxLength: 3 }),
  )
  .map(([named, pairs]) => [...(named ? [['channel', 'fuzz']] : []), ...pairs])
  .map((pairs) => `?${pairs.map((pair) => pair.join('=')).join('&')}`);

const header = fc.tuple(
  fc.constantFrom(...ODD_HEADERS),
  fc.oneof(fc.constantFrom(...ODD_HEADER_VALUES), fc.constantFrom(...ODD_VALUES), headerText),
);
const contentType = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...CONTENT_TYPES.slice(0, 2)) },
    fc.constantFrom(...CONTENT_TYPES),
    headerText,
  )
  .map((type): [string, string] => ['Content-Type', type]);

/** Publications, most of them with odd members. */
export const publications = withOddMembers(
  fc.record({ channel: fc.constant('fuzz'), data: fc.jsonValue({ maxDepth: 6 }) }),
  {
    channel: fc.oneof(fc.constantFrom<unknown>('', '$own', 'a b', ['fuzz'], null, 7), fc.string({ unit: 'binary' })),
    event: fc.oneof(
      fc.constantFrom<unknown>('price', 'error', 'tetracast:reset', '', 1),
      fc.string({ unit: 'binary' }),
    ),
    data: fc.constantFrom<unknown>(undefined, '\ud800', { polluted: true }),
    echo: fc.oneof(fc.boolean(), fc.constantFrom<unknown>('true', 0, null)),
    client: fc.oneof(fc.constantFrom<unknown>('tab', '', 'two words', 1), fc.string({ unit: 'binary' })),
    constructor: fc.constant({ prototype: { polluted: true } }),
  },
);

const formText = publications.map((publication) =>
  Object.entries(publication)
    .map(([name, value]) => `${name}=${encodeURIComponent(asFormText(value))}`)
    .join('&'),
);
const oddForm = fc
  .array(fc.constantFrom('channel', 'data', '=', '&', '[', ']', '[]', '[__proto__]', '%', '%zz', '+', 'a', 'echo=true'))
  .map((parts) => parts.join(''));
const deepJson = fc.nat(20_000).map((depth) => `{"channel":"fuzz","data":${'['.repeat(depth)}${']'.repeat(depth)}}`);

/** JSON, forms and what is neither. */
export const bodies: fc.Arbitrary<Uint8Array> = fc.oneof(
  publications.map((publication) => Buffer.from(JSON.stringify(publication))),
  fc.json().map((text) => Buffer.from(text)),
  formText.map((text) => Buffer.from(text)),
  oddForm.map((text) => Buffer.from(text)),
  { weight: 1, arbitrary: deepJson.map((text) => Buffer.from(text)) },
  fc.uint8Array({ maxLength: 300 }),
);

export const gets: fc.Arbitrary<OddRequest> = fc
  .record({ path: fc.constantFrom(...PATHS), query, headers: fc.array(header, { maxLength: 4 }) })
  .map(({ path, query, headers }) => ({ method: 'GET', target: path + query, headers, body: Buffer.alloc(0) }));

export const posts: fc.Arbitrary<OddRequest> = fc
  .record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'QUERY'),
    path: fc.constantFrom(...PATHS),
    query: fc.oneof(fc.constant(''), query),
    type: contentType,
    headers: fc.array(header, { maxLength: 3 }),
    body: bodies,
  })
  .map(({ method, path, query, type, headers, body }) => ({
    method,
    target: path + query,
    headers: [type, ...headers],
    body,
  }));

/** The bytes of a request, whose `Content-Length` is true unless another one is given. */
export function encodeRequest({ method, target, headers, body }: OddRequest, length = String(body.length)): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body.length > 0 || length !== '0' ? [`Content-Length: ${length}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

function letters(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String.fromCharCode(first + index));
}

/** Half of a surrogate pair becomes U+FFFD: a form cannot carry it. */
function asFormText(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? null)).toString();
}
