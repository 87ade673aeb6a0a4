import { connect, type Socket } from 'node:net';

/** A socket whose peer has answered `GET path` with `open`. */
export interface OpenLine {
  readonly socket: Socket;
  /** What has come. */
  text(): string;
  /** Resolves once this has come. */
  until(end: string): Promise<void>;
  readonly ended: Promise<unknown>;
}

export async function openLine(url: string, path: string): Promise<OpenLine> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const until = (end: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!text.includes(end)) return;
        socket.removeListener('data', check);
        resolve();
      };
      socket.on('data', check);
      check();
    });
  const ended = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  await until('open\n');
  return { socket, text: () => text, until, ended };
}
