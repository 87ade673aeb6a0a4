import { connect } from 'node:net';

/** Sends bytes, and resolves to all that is answered until the server ends the connection. */
export async function talk(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.write(bytes);
  await new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  return text;
}
