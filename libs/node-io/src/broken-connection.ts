import { createProblem, type ErrorCode } from '@tetracast/message-model';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NO_SNIFF } from './no-sniff-header';

/** How long the client may take to read the last answer and to end its own half. */
const LINGER_MS = 2000;

const BROKEN: Readonly<Record<string, [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too large'],
};

/** Connections that take no more requests, with when they are cut, on the clock of `performance.now`. */
const ending = new WeakMap<Duplex, number>();

/**
 * Answers what is not HTTP, or not in time, without a request object. What was asked before on the connection is answered first:
 * then that is the last answer. For Node's `clientError`, which comes again for whatever follows.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const end = ending.get(socket);
  if (end !== undefined) {
    if (performance.now() > end) socket.destroy();
    return;
  }
  const answer = answerUnderWay(socket);
  // With half of its own answer on its way, a second one would be read as part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || (answer?.headersSent === true && !answer.req.complete)) {
    socket.destroy();
    return;
  }
  if (answer?.req.complete !== true) socket.write(problemFor(error));
  endAfterAnswers(socket);
}

/** Ends a connection once all its requests that have come whole are answered; what else comes on it is not served. */
export function endAfterAnswers(socket: Duplex): void {
  const answer = answerUnderWay(socket);
  if (answer?.req.complete !== true) {
    linger(socket);
    return;
  }
  ending.set(socket, Infinity);
  // By then Node has begun with the answer to the next request, if there is one.
  answer.once('finish', () => {
    endAfterAnswers(socket);
  });
}

/** The answer that is under way or still to come on a connection: until it has gone nothing else can be written there. */
export function answerUnderWay(socket: Duplex): ServerResponse | undefined {
  return (socket as Duplex & { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** Not cut at once: with something unread the kernel would take back what the client has not read (RFC 9112, section 9.6). */
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
