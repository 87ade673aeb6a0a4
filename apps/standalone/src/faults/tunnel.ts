import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request to change the protocol, as the event `upgrade` of Node's server has it. */
interface UpgradeRequest {
  readonly incoming: IncomingMessage;
  readonly stream: Duplex;
  readonly head: Buffer;
}

/** Passes an upgrade request and all bytes after it on to the server, and its bytes back, as they are. */
export function openTunnel(
  target: { readonly host: string; readonly port: number },
  headers: readonly string[],
  { incoming, stream, head }: UpgradeRequest,
): void {
  const far = connect(target);
  far.setNoDelay(true);
  far.on('error', () => undefined);
  far.once('close', () => stream.destroy());
  stream.once('close', () => far.destroy());
  const { method = '', url = '', httpVersion } = incoming;
  far.write(`${method} ${url} HTTP/${httpVersion}\r\n${linesOf(headers)}\r\n`);
  far.write(head);
  stream.pipe(far).pipe(stream);
}

function linesOf(headers: readonly string[]): string {
  return headers.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
}
