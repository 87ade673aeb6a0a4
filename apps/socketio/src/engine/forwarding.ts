import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- it connects to the process that keeps the session
import { request as requestFrom } from 'node:http';
// eslint-disable-next-line @typescript-eslint/no-restricted-imports -- the same, for an upgrade
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { INTERNALS } from '@tetracast/node-io';
import { FORWARDED_HEADER, readForwarded, writeForwarded } from './forwarded';
import type { NodeDirectory, SessionOwner } from './node-directory';

const CONNECT_TIMEOUT_MS = 3000;

/** What Engine.IO answers for a session it does not keep; the stock client then opens a new one and recovers. */
const SESSION_UNKNOWN = { code: 1, message: 'Session ID unknown' };

/**
 * The process that keeps the session of a request, if it is another one. A forwarded request goes on only from the port that
 * several processes share to the worker listener of one of them, and no further: a process that does not keep its session
 * answers that it is unknown. Without `forwardedAddress` nothing is forwarded, since the owner would take the client's address
 * for one of this machine.
 */
export async function ownerOf(request: IncomingMessage, directory: NodeDirectory): Promise<SessionOwner | undefined> {
  if (!INTERNALS.forwardedAddress) return undefined;
  const forwarded = readForwarded(request);
  if (forwarded?.to === 'door') return undefined;
  const sid = new URLSearchParams(request.url?.split('?', 2)[1]).get('sid');
  const owner = sid === null ? undefined : await directory.ownerOf(sid);
  return forwarded === undefined || owner?.isNear === true ? owner : undefined;
}

/** What is said to the next hop only (RFC 9110, section 7.6.1), besides what `Connection` names. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** Hands an HTTP request of a client to the process that keeps its session, and that one's answer to the client. */
export async function forwardRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  owner: SessionOwner,
): Promise<FastifyReply> {
  const { method, url: path, raw } = request;
  if (reply.raw.destroyed) return reply.hijack();
  // What a GET brings says nothing to Engine.IO. Its length alone would have the owner wait for it.
  const hasBody = method === 'POST';
  const headers = {
    ...endToEnd(raw.headers, hasBody ? [] : ['content-length']),
    [FORWARDED_HEADER]: headerFor(raw, owner),
  };
  const upstream = requestFrom(owner.address, { method, path, headers });
  upstream.once('socket', (socket) => {
    if (socket.connecting) endUnlessConnected(socket);
  });
  // A client that goes away takes its poll with it.
  reply.raw.once('close', () => upstream.destroy());
  if (hasBody) raw.pipe(upstream);
  else upstream.end();
  const answer = await answerTo(upstream);
  if (answer === undefined) return reply.code(400).send(SESSION_UNKNOWN);
  return reply
    .code(answer.statusCode ?? 502)
    .headers(endToEnd(answer.headers))
    .send(answer);
}

/** `undefined` when it cannot be had. */
function answerTo(upstream: ClientRequest): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    upstream.on('response', resolve).on('error', () => {
      resolve(undefined);
    });
  });
}

/** Joins a WebSocket handshake, and all that follows, to the process that keeps its session. */
export function forwardUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, owner: SessionOwner): void {
  const { hostname, port } = new URL(owner.address);
  const upstream = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  endUnlessConnected(upstream);
  upstream.once('connect', () => {
    upstream.write(headOf(request, headerFor(request, owner)));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  for (const half of [upstream, socket]) half.on('error', end).on('close', end);
}

function endUnlessConnected(upstream: Socket): void {
  const end = (): void => {
    upstream.destroy(new Error('no connection'));
  };
  upstream.setTimeout(CONNECT_TIMEOUT_MS, end);
  // It is not to hear of any later time-out: the next request on this socket has its own.
  upstream.once('connect', () => upstream.setTimeout(0, end));
}

function endToEnd(headers: IncomingHttpHeaders, but: readonly string[] = []): IncomingHttpHeaders {
  const named = headers.connection?.toLowerCase().split(/[\s,]+/) ?? [];
  const left = new Set([...HOP_BY_HOP, ...named, ...but]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !left.has(name)));
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage, forwarded: string): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== FORWARDED_HEADER) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  }
  return `${text}${FORWARDED_HEADER}: ${forwarded}\r\n\r\n`;
}

/** Tells the owner whence a request came; one that was forwarded before shows it already. */
function headerFor({ socket }: IncomingMessage, { key, isNear }: SessionOwner): string {
  return writeForwarded({ to: isNear ? 'door' : 'port', key, clientAddress: socket.remoteAddress ?? '' });
}
