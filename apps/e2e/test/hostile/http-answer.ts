import { ERRORS, isErrorCode, type Problem } from '@tetracast/message-model';
import { readChunks } from '@tetracast/testing';

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Whether all of the body is there; of an event stream, its first block. */
  readonly whole: boolean;
}

/** Statuses that belong to no code: those of HTTP itself, answered as problems with the code `invalid_request`. */
const OF_HTTP = [408, 417, 431];
const GOOD = [101, 200, 201, 202, 204, 206, 304];
/** What Node answers by itself, before any handler: an unknown `Expect`, and HTTP/1.1 without exactly one `Host`. */
const OF_NODE = [400, 417];
const SOCKETIO_PATH = '/socket.io/';

/** All the answers in what came over one connection, in order. @throws Error where it is no HTTP */
export function readAnswers(bytes: Buffer, method = 'GET'): HttpAnswer[] {
  const answers: HttpAnswer[] = [];
  let rest = bytes.toString('latin1');
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [line = '', ...fields] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    if (Number.isNaN(status)) throw new Error(`not an answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const headers = new Map(fields.map((field) => nameAndValue(field)));
    const { body, whole, length } = readBody(rest.slice(end + 4), status, headers, method);
    rest = rest.slice(end + 4 + length);
    if (status === 100) continue;
    answers.push({ status, headers, body, whole });
    if (status === 101) break;
  }
  return answers;
}

/** Whether the connection has brought one answer, as far as answers have an end. */
export function isAnswered(bytes: Buffer, method = 'GET'): boolean {
  return readAnswers(bytes, method)[0]?.whole ?? false;
}

/** An answer is one of the documented ones, and none of the service's own failures. */
export function expectKnown({ status, headers, body, whole }: HttpAnswer, path: string, method = 'GET'): void {
  // All but what Node or the WebSocket handshake of Engine.IO answers before any handler.
  if (headers.has('content-type') && headers.get('content-type') !== 'text/html') {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  if (status < 400) {
    expect(GOOD).toContain(status);
    // An event stream refuses for what is the service's own fault by one that sets no cursor.
    if (headers.get('content-type') === 'text/event-stream' && whole) expect(body).toContain('\nid: ');
    return;
  }
  if (method === 'HEAD' || !whole) {
    expect([...Object.values(ERRORS).map((error) => error.status), ...OF_HTTP]).toContain(status);
    expect(status).not.toBe(500);
    return;
  }
  if (body === '' && !headers.has('content-type')) {
    expect(OF_NODE).toContain(status);
    return;
  }
  // Engine.IO answers in forms of its own: JSON, and a line of text to a WebSocket handshake.
  if (path.startsWith(SOCKETIO_PATH) && headers.get('content-type') === 'application/json') {
    expect(JSON.parse(body)).toEqual({ code: expect.any(Number) as number, message: expect.any(String) as string });
    expect([400, 403]).toContain(status);
    return;
  }
  if (path.startsWith(SOCKETIO_PATH) && headers.get('content-type') === 'text/html') {
    expect(status).toBe(400);
    return;
  }
  expect({ status, type: headers.get('content-type'), body }).toMatchObject({ type: 'application/problem+json' });
  const problem = JSON.parse(body) as Problem;
  expect(isErrorCode(problem.code)).toBe(true);
  expect(['internal', 'unavailable']).not.toContain(problem.code);
  expect(problem.status).toBe(status);
  if (!OF_HTTP.includes(status)) expect(ERRORS[problem.code].status).toBe(status);
}

function nameAndValue(field: string): [string, string] {
  const colon = field.indexOf(':');
  return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
}

function readBody(
  rest: string,
  status: number,
  headers: ReadonlyMap<string, string>,
  method: string,
): Pick<HttpAnswer, 'body' | 'whole'> & { length: number } {
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD')
    return { body: '', whole: true, length: 0 };
  const length = headers.get('content-length');
  if (length !== undefined) {
    const body = rest.slice(0, Number(length));
    return { body, whole: body.length === Number(length), length: body.length };
  }
  if (headers.get('transfer-encoding') !== 'chunked') {
    return { body: rest, whole: rest.includes('\n\n'), length: rest.length };
  }
  const { body, length: read, ended } = readChunks(rest);
  const isStream = headers.get('content-type') === 'text/event-stream';
  return { body, whole: isStream ? body.includes('\n\n') : ended, length: ended ? read : rest.length };
}
