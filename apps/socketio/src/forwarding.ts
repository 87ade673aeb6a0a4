import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { FORWARDED_HEADER, readForwarded, writeForwarded } from './forwarded';
import type { NodeDirectory, Owner } from './node-directory';

const CONNECT_TIMEOUT_MS = 3000;

/** What Engine.IO answers for a session it does not keep; the stock client then opens a new one and recovers. */
const SESSION_UNKNOWN = { code: 1, message: 'Session ID unknown' };

/**
 * The process to which a request belongs, if that is another one. What was forwarded already goes on only from the port that
 * several processes share to the door of one of them, and no further: who does not keep its session answers that it is unknown.
 */
export async function ownerOf(request: IncomingMessage, directory: NodeDirectory): Promise<Owner | undefined> {
  const forwarded = readForwarded(request);
  if (forwarded?.to === 'door') return undefined;
  const sid = new URLSearchParams(request.url?.split('?', 2)[1]).get('sid');
  const owner = sid === null ? undefined : await directory.ownerOf(sid);
  return forwarded === undefined || owner?.isNear === true ? owner : undefined;
}

/** Hands an HTTP request of a client to the process that keeps its session. */
export function forwardRequest(request: FastifyRequest, reply: FastifyReply, owner: Owner): FastifyReply {
  const forwarded = headerFor(request.raw, owner);
  return reply.from(owner.address + request.url, {
    rewriteRequestHeaders: (_request, headers) => ({
      ...headers,
      host: request.headers.host,
      [FORWARDED_HEADER]: forwarded,
    }),
    onError: (failed) => {
      void failed.code(400).send(SESSION_UNKNOWN);
    },
  });
}

/** Joins a WebSocket handshake, and all that follows, to the process that keeps its session. */
export function forwardUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, owner: Owner): void {
  const { hostname, port } = new URL(owner.address);
  const upstream = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  upstream.setTimeout(CONNECT_TIMEOUT_MS, end);
  upstream.once('connect', () => {
    upstream.setTimeout(0);
    upstream.write(headOf(request, headerFor(request, owner)));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  for (const half of [upstream, socket]) half.on('error', end).on('close', end);
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage, forwarded: string): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== FORWARDED_HEADER) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  }
  return `${text}${FORWARDED_HEADER}: ${forwarded}\r\n\r\n`;
}

/** Tells the owner whence a request came; one that was forwarded before shows it already. */
function headerFor({ socket }: IncomingMessage, { key, isNear }: Owner): string {
  return writeForwarded({ to: isNear ? 'door' : 'port', key, peer: socket.remoteAddress ?? '' });
}
