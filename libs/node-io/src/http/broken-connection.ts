import { createProblem, type ErrorCode } from '@tetracast/message-model';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { INTERNALS } from '../internals';

/** No browser may run or show what clients published as a script or a page (Fetch Standard, section 3.6). */
export const NO_SNIFF = { 'x-content-type-options': 'nosniff' } as const;

/** How long the client may take to read the last response and to end its own half. */
const LINGER_MS = 2000;

const BROKEN: Readonly<Record<string, [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too large'],
};

/** Connections that take no more requests, with the time at which they are cut, on the clock of `performance.now`. */
const ending = new WeakMap<Duplex, number>();

/**
 * Responds to bytes that are not HTTP, or that arrive too late, without a request object. If an earlier request of the
 * connection is still open, its response is the last one. For Node's `clientError`, which comes again for every later piece.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const end = ending.get(socket);
  if (end !== undefined) {
    if (performance.now() > end) socket.destroy();
    return;
  }
  const response = responseUnderWay(socket);
  // The client would read a second response as part of one that is half sent.
  const isHalfSent = response?.headersSent === true && !response.req.complete;
  if (error.code === 'ECONNRESET' || !socket.writable || isHalfSent || !INTERNALS.responseUnderWay) {
    socket.destroy();
    return;
  }
  if (response?.req.complete !== true) socket.write(problemFor(error));
  endAfterResponses(socket);
}

/** Ends a connection after the responses to all requests that arrived whole. The server reads no more requests from it. */
export function endAfterResponses(socket: Duplex): void {
  const response = responseUnderWay(socket);
  if (response?.req.complete !== true) {
    linger(socket);
    return;
  }
  ending.set(socket, Infinity);
  // By then Node has begun with the response to the next request, if there is one.
  response.once('finish', () => {
    endAfterResponses(socket);
  });
}

/**
 * The response to the oldest open request of a connection: until it has gone nothing else can be written there. Node has no
 * public way from a socket to its response.
 */
export function responseUnderWay(socket: Duplex): ServerResponse | undefined {
  if (!INTERNALS.responseUnderWay) return undefined;
  return (socket as Duplex & { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** Waits before it cuts: with unread bytes the kernel would drop what the client has not read (RFC 9112, section 9.6). */
function linger(socket: Duplex): void {
  ending.set(socket, performance.now() + LINGER_MS);
  socket.end();
  (socket as Duplex & Pick<Socket, 'setTimeout'>).setTimeout(LINGER_MS, () => {
    socket.destroy();
  });
}

function problemFor({ code: cause = '' }: NodeJS.ErrnoException): string {
  const [status, detail] = BROKEN[cause] ?? [400, 'this is not HTTP'];
  const code: ErrorCode = 'invalid_request';
  const body = JSON.stringify({ ...createProblem(code, detail), status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(NO_SNIFF).map((header) => header.join(': ')),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
