import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { NodeDirectory } from './node-directory';

/** Says that a request was forwarded already: who does not keep its session either answers that it is unknown. */
const FORWARDED = 'x-tetracast-forwarded';

const CONNECT_TIMEOUT_MS = 3000;

/** What Engine.IO answers for a session it does not keep; the stock client then opens a new one and recovers. */
const SESSION_UNKNOWN = { code: 1, message: 'Session ID unknown' };

/** The address to which a request belongs, if that is another process. */
export async function ownerOf(request: IncomingMessage, directory: NodeDirectory): Promise<string | undefined> {
  if (request.headers[FORWARDED] !== undefined) return undefined;
  const sid = new URLSearchParams(request.url?.split('?', 2)[1]).get('sid');
  return sid === null ? undefined : directory.ownerOf(sid);
}

/** Hands an HTTP request of a client to the process that keeps its session. */
export function forwardRequest(request: FastifyRequest, reply: FastifyReply, owner: string): FastifyReply {
  return reply.from(owner + request.url, {
    rewriteRequestHeaders: (_request, headers) => ({ ...headers, host: request.headers.host, [FORWARDED]: '1' }),
    onError: (failed) => {
      void failed.code(400).send(SESSION_UNKNOWN);
    },
  });
}

/** Joins a WebSocket handshake, and all that follows, to the process that keeps its session. */
export function forwardUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, owner: string): void {
  const { hostname, port } = new URL(owner);
  const upstream = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  upstream.setTimeout(CONNECT_TIMEOUT_MS, end);
  upstream.once('connect', () => {
    upstream.setTimeout(0);
    upstream.write(headOf(request));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  for (const half of [upstream, socket]) half.on('error', end).on('close', end);
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return `${text}${FORWARDED}: 1\r\n\r\n`;
}
