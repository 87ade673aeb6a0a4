import { connect, type Socket } from 'node:net';

/** All streams read into it: what most of them get is thrown away. */
const READ_INTO = Buffer.alloc(256 * 1024);

/** An event stream that counts the joins and leaves it gets. */
export interface MemberObserver {
  readonly socket: Socket;
  joins: number;
  leaves: number;
}

export async function observeMembers(url: string): Promise<MemberObserver> {
  const counts = { joins: 0, leaves: 0 };
  let rest = '';
  const read = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === 'event: tetracast:join') counts.joins++;
      else if (line === 'event: tetracast:leave') counts.leaves++;
    }
  };
  return Object.assign(counts, { socket: await openStream(url, read) });
}

/** Opens an event stream; resolves when it is subscribed. `read` gets what comes then. Absent: nobody looks at it. */
export function openStream(url: string, read?: (text: string) => void): Promise<Socket> {
  const { host, hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    let head = '';
    let isOpen = false;
    const callback = (length: number, buffer: Uint8Array): boolean => {
      if (isOpen && read === undefined) return true;
      const text = Buffer.from(buffer.buffer, buffer.byteOffset, length).toString('latin1');
      if (isOpen) read?.(text);
      else if ((head += text).includes('\nid:')) {
        isOpen = true;
        resolve(socket);
      }
      return true;
    };
    const socket = connect({ port: Number(port), host: hostname, onread: { buffer: READ_INTO, callback } });
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    socket.on('error', reject);
    socket.once('close', () => reject(new Error(`closed: ${head.slice(0, 300)}`)));
  });
}
