import { createProblem, type ErrorCode } from '@tetracast/message-model';
import { type FastifyHttpOptions, type FastifyRequest, LogController } from 'fastify';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ClientAddress, createClientAddress } from './limits/client-address';
import { NO_SNIFF } from './no-sniff';
import { answerError } from './problem';
import { pathOf } from './request-path';
import type { Settings } from './settings';
import { WholeAnswer } from './whole-answer';

/** Room for the other fields of a publication. */
const ENVELOPE_BYTES = 4096;
/** A form writes a byte as three, JSON in ASCII a letter of two or three bytes as six. */
const ENCODED_BYTES_PER_BYTE = 3;

/** Node looks for requests that are late so often in the time they have: one is cut that much too late at the most. */
const CHECKS_PER_TIMEOUT = 5;
const CHECK_MAX_MS = 2000;

/** How every service's Fastify is set up. `worker` is in every line of the log, where there are several. */
export function createServerOptions(settings: Settings, logger: boolean, worker?: number): FastifyHttpOptions<Server> {
  const addressOf = createClientAddress(settings.trustProxy);
  return {
    logger: logger && {
      level: settings.logLevel,
      serializers: { req: (request: FastifyRequest) => describeRequest(request, addressOf) },
      ...(worker === undefined ? {} : { mixin: () => ({ worker }) }),
    },
    logController: new QuietLog(),
    bodyLimit: settings.maxMessageBytes * ENCODED_BYTES_PER_BYTE + ENVELOPE_BYTES,
    // Of the request itself: its answer may take longer.
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    http: {
      ServerResponse: WholeAnswer,
      // Node takes less than that.
      maxHeaderSize: settings.maxHeaderBytes + 1,
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_MAX_MS, Math.ceil(settings.headersTimeoutMs / CHECKS_PER_TIMEOUT)),
    },
    // A client key in a path: 64 characters, each written as three.
    routerOptions: { maxParamLength: 192 },

    // Data may hold any name, and no object of ours is ever made of it.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    // What still arrives while the service stops is served: a publisher loses nothing, and each transport knows how to
    // send its clients elsewhere.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerBrokenRequest,
  };
}

/** One line per request, for those who want it: an access log is the gateway's business. */
class QuietLog extends LogController {
  override incomingRequest(): void {
    // Told when it is done.
  }

  override requestCompleted(...[error, request, reply]: Parameters<LogController['requestCompleted']>): void {
    const line = { req: request, res: reply, responseTime: reply.elapsedTime };
    if (error) request.log.error({ ...line, err: error }, 'request failed');
    else request.log.debug(line, 'request completed');
  }
}

/** A request in the log: its path only, since the query may hold a token. */
function describeRequest({ method, raw }: FastifyRequest, addressOf: ClientAddress): Record<string, string> {
  return { method, path: pathOf(raw), remoteAddress: addressOf(raw) };
}

const BROKEN: Readonly<Record<string, [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too large'],
};

/** What is not HTTP, or not in time: answered without a request object. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: unknown }): void {
  // With an answer already on its way a second one would be read as part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage != null) {
    socket.destroy();
    return;
  }
  const [status, detail] = BROKEN[error.code ?? ''] ?? [400, 'this is not HTTP'];
  const code: ErrorCode = 'invalid_request';
  const body = JSON.stringify({ ...createProblem(code, detail), status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(NO_SNIFF).map((header) => header.join(': ')),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
