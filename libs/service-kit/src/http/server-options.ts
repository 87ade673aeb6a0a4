import { type FastifyHttpOptions, type FastifyRequest, LogController } from 'fastify';
import type { Server } from 'node:http';
import { answerBrokenRequest, pathOf, SingleWriteResponse, WholeRequest } from '@tetracast/node-io';
import { type ClientAddress, createClientAddress } from '@tetracast/session';
import { answerError } from './problem';
import type { Settings } from '../settings/settings';
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
      IncomingMessage: WholeRequest,
      ServerResponse: SingleWriteResponse,
      // Refused by `requestHead`, with a problem, and for upgrades, too.
      requireHostHeader: false,
      // Node takes less than that.
      maxHeaderSize: settings.maxHeaderBytes + 1,
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_MAX_MS, Math.ceil(settings.headersTimeoutMs / CHECKS_PER_TIMEOUT)),
    },
    // A client key in a path: 64 characters, each written as three.
    routerOptions: { maxParamLength: 192, ignoreTrailingSlash: true },
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
