import { Progress } from '@tetracast/testing';
import { connect, type Socket } from 'node:net';

/** A connection on which the service has answered `GET path` with `open`. */
export interface OpenConnection {
  readonly socket: Socket;
  /** All that has come. */
  text(): string;
  /** Resolves once this has come; rejects when the connection has closed without it, or nothing more comes. */
  until(end: string): Promise<void>;
  readonly closed: Promise<unknown>;
}

export async function openConnection(url: string, path: string): Promise<OpenConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  const progress = new Progress();
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    progress.moved();
  });
  socket.once('close', () => progress.fail(new Error(`the connection has closed: …${text.slice(-300)}`)));
  const until = (end: string): Promise<void> =>
    progress.until(
      () => text.includes(end),
      () => `no ${JSON.stringify(end)} in …${text.slice(-300)}`,
    );
  const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  await until('open\n');
  return { socket, text: () => text, until, closed };
}
