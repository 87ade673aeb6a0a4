import type { Permissions } from '@tetracast/access';
import { CodedError, RELAY_CHANNEL_HEADER, RELAY_TICKET_HEADER, type RelayFailure } from '@tetracast/message-model';
import { detachSocket } from '@tetracast/node-io';
import type { Tetracast } from '@tetracast/service-kit';
import { bodyFor, encodeHead, encodeOpening } from '@tetracast/service-kit/event-stream';
import { clientIn, type Format, openSession, parseFormat, type Session, single } from '@tetracast/session';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { issueRelayTicket } from '../relay-access';
import type { RelayRoute } from '../relay-route';
import { type Begin, RelaySink } from './relay-sink';
import { UpstreamSink } from './upstream-sink';

/** How a client wants an answer. */
export interface AnswerForm {
  readonly format: Format | 'upstream';
  readonly client?: string;
}

/** Reads what must be right before the upstream is asked. @throws CodedError `invalid_request` */
export function readForm({ query }: FastifyRequest<RelayRoute>, { raw }: FastifyReply): AnswerForm {
  // Behind an unfinished response on the same connection there is no socket to write to.
  if (raw.socket === null)
    throw new CodedError('invalid_request', 'a relay cannot be pipelined: send the request on another connection');
  const client = clientIn(query);
  return {
    format: single(query, 'format') === 'upstream' ? 'upstream' : parseFormat(query),
    ...(client !== undefined && { client }),
  };
}

interface Answer {
  readonly channel: string;
  readonly permissions: Permissions;
  readonly form: AnswerForm;
  /** Whether the answer brings a ticket. */
  readonly withTicket: boolean;
  /** The client has gone before it learned the name of the channel. */
  readonly onAbandoned?: () => void;
}

/**
 * Answers with the messages of a relay's channel from its start to its end: as an event stream, or as the upstream sent them. If the
 * upstream refused the request, it answers with that.
 */
export async function answerWithChannel(
  service: Tetracast,
  request: FastifyRequest<RelayRoute>,
  reply: FastifyReply,
  { channel, permissions, form: { format, client }, withTicket, onAbandoned }: Answer,
): Promise<void> {
  const { settings, runtime } = service;
  const { raw } = request;
  const isUpstream = format === 'upstream';
  const body = bodyFor(raw.httpVersion);
  let session: Session | undefined;
  const begin: Begin = (sink, start) => {
    const socket = detachSocket(reply.raw);
    if (socket === undefined || session === undefined) return;
    void reply.hijack();
    const type = isUpstream ? start.contentType : undefined;
    const head = encodeHead(reply.getHeaders(), body.headerLines, runtime.now(), type);
    const opening = isUpstream ? '' : encodeOpening(settings.sseRetryIntervalMs);
    sink.open(socket, settings.highWaterMark, session.connection, head, opening);
  };
  const sink = isUpstream ? new UpstreamSink(body, begin) : new RelaySink(body, body.framings[format], begin);
  const gone = new Promise<'gone'>((resolve) => {
    reply.raw.once('close', () => resolve('gone'));
  });
  try {
    void reply.header(RELAY_CHANNEL_HEADER, channel);
    const ticket = withTicket ? await issueRelayTicket(service, permissions, channel) : undefined;
    if (ticket !== undefined) void reply.header(RELAY_TICKET_HEADER, ticket);
    session = await openSession(service, {
      ...{ transport: 'relay', action: 'subscribe', sink, request: raw },
      ...(ticket !== undefined && { credential: { ticket } }),
      subscription: { channels: [channel], start: { kind: 'earliest' }, ...(client !== undefined && { client }) },
      onConnect: (connected) => (session = connected),
    });
    const outcome = await Promise.race([sink.outcome, gone]);
    if (outcome === 'open' && sink.isOpen) return;
    session.close();
    if (outcome === 'trimmed') throw notStored();
    if (typeof outcome === 'object') refuse(reply, outcome);
  } finally {
    if (!sink.isOpen) onAbandoned?.();
  }
}

export function notStored(): CodedError {
  return new CodedError('not_found', 'there is no such answer: it is no longer stored, or never was');
}

/** Sends what the upstream said instead of an answer. Anything but JSON could be a page, which would run with the rights of this origin. */
function refuse(reply: FastifyReply, { code, error, status, body }: RelayFailure): void {
  for (const name of [RELAY_CHANNEL_HEADER, RELAY_TICKET_HEADER]) void reply.removeHeader(name);
  if (status === undefined || body === undefined)
    throw new CodedError(code.startsWith('upstream_') ? 'upstream_failed' : 'unavailable', error);
  void reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'content-type': 'application/json' })
    .send(Buffer.from(body));
}
