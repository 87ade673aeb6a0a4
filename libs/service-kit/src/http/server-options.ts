import { type FastifyHttpOptions, type FastifyRequest, LogController } from 'fastify';
import type { Server } from 'node:http';
import { answerBrokenRequest, pathOf, SingleWriteResponse, WholeRequest } from '@tetracast/node-io';
import { type ClientAddress, createClientAddress } from '@tetracast/session';
import { answerError } from './problem';
import type { Settings } from '../settings/settings';

/** Bytes for the other fields of a publication. */
const ENVELOPE_BYTES = 4096;
/** A form encodes a byte in three bytes; JSON in ASCII encodes a letter of two or three bytes in six. */
const ENCODED_BYTES_PER_BYTE = 3;

/** How often Node checks for slow requests within their time. A slow request ends at most one check too late. */
const CHECKS_PER_TIMEOUT = 5;
const CHECK_MAX_MS = 2000;

/** The options of Fastify in every service. `worker` is in every log line of a worker. */
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
    // For the request only: its response may take longer.
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    http: {
      IncomingMessage: WholeRequest,
      ServerResponse: SingleWriteResponse,
      // `checkRequestHead` refuses such a request, with a problem.
      requireHostHeader: false,
      // Node allows less than this number.
      maxHeaderSize: settings.maxHeaderBytes + 1,
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_MAX_MS, Math.ceil(settings.headersTimeoutMs / CHECKS_PER_TIMEOUT)),
    },
    // The subject of a token in a path: 256 characters, each encoded as nine at most.
    routerOptions: { maxParamLength: 2304, ignoreTrailingSlash: true },
    // Data may contain any name: the service never merges it into an object.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    // A service that stops still serves requests, so that a publisher loses nothing. Each transport sends its subscribers elsewhere.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerBrokenRequest,
  };
}

/** One log line for each request, at level `debug`: the gateway writes the access log. */
class QuietLog extends LogController {
  override incomingRequest(): void {
    // `requestCompleted` logs it.
  }

  override requestCompleted(...[error, request, reply]: Parameters<LogController['requestCompleted']>): void {
    const line = { req: request, res: reply, responseTime: reply.elapsedTime };
    if (error) request.log.error({ ...line, err: error }, 'request failed');
    else request.log.debug(line, 'request completed');
  }
}

/** A request in a log line. It has no query, which may contain a token. */
function describeRequest({ method, raw }: FastifyRequest, addressOf: ClientAddress): Record<string, string> {
  return { method, path: pathOf(raw), remoteAddress: addressOf(raw) };
}
