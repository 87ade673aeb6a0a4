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

/** The answer of Engine.IO for an unknown session. The stock client then opens a new one and recovers. */
const SESSION_UNKNOWN = { code: 1, message: 'Session ID unknown' };

/**
 * The other process that keeps the session of a request; `undefined` if there is none. A forwarded request is forwarded again only
 * from the port that several workers share to the listener of one of them. A worker that does not keep the session answers that it
 * is unknown. Without `forwardedAddress` nothing is forwarded, since the owner would use the address of this process for limits.
 */
export async function ownerOf(request: IncomingMessage, directory: NodeDirectory): Promise<SessionOwner | undefined> {
  if (!INTERNALS.forwardedAddress) return undefined;
  const forwarded = readForwarded(request);
  if (forwarded?.to === 'worker') return undefined;
  const sid = new URLSearchParams(request.url?.split('?', 2)[1]).get('sid');
  const owner = sid === null ? undefined : await directory.ownerOf(sid);
  return forwarded === undefined || owner?.isSibling === true ? owner : undefined;
}

/** Headers for one hop (RFC 9110, section 7.6.1), besides those that `Connection` names. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** Forwards an HTTP request to the process that keeps its session, and sends its response to the client. */
export async function forwardRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  owner: SessionOwner,
): Promise<FastifyReply> {
  const { method, url: path, raw } = request;
  if (reply.raw.destroyed) return reply.hijack();
  // Engine.IO ignores the body of a GET. A length without a body would make the owner wait.
  const hasBody = method === 'POST';
  const headers = {
    ...endToEnd(raw.headers, hasBody ? [] : ['content-length']),
    [FORWARDED_HEADER]: headerFor(raw, owner),
  };
  const upstream = requestFrom(owner.address, { method, path, headers });
  upstream.once('socket', (socket) => {
    if (socket.connecting) endUnlessConnected(socket);
  });
  // The end of the client's connection ends the request to the owner.
  reply.raw.once('close', () => upstream.destroy());
  if (hasBody) raw.pipe(upstream);
  else upstream.end();
  const response = await responseTo(upstream);
  if (response === undefined) return reply.code(400).send(SESSION_UNKNOWN);
  return reply
    .code(response.statusCode ?? 502)
    .headers(endToEnd(response.headers))
    .send(response);
}

/** `undefined` if the request fails. */
function responseTo(upstream: ClientRequest): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    upstream.on('response', resolve).on('error', () => {
      resolve(undefined);
    });
  });
}

/** Connects a WebSocket handshake, and everything after it, to the process that keeps its session. */
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
    upstream.destroy(new Error('the process that keeps the session could not be reached in time'));
  };
  upstream.setTimeout(CONNECT_TIMEOUT_MS, end);
  // The next request on this socket has another timeout.
  upstream.once('connect', () => upstream.setTimeout(0, end));
}

function endToEnd(headers: IncomingHttpHeaders, but: readonly string[] = []): IncomingHttpHeaders {
  const named = headers.connection?.toLowerCase().split(/[\s,]+/) ?? [];
  const omitted = new Set([...HOP_BY_HOP, ...named, ...but]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !omitted.has(name)));
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage, forwarded: string): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== FORWARDED_HEADER) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  }
  return `${text}${FORWARDED_HEADER}: ${forwarded}\r\n\r\n`;
}

/** The header for the owner. The socket of a request that was forwarded before already has the address of the client. */
function headerFor({ socket }: IncomingMessage, { key, isSibling }: SessionOwner): string {
  return writeForwarded({ to: isSibling ? 'worker' : 'port', key, clientAddress: socket.remoteAddress ?? '' });
}
