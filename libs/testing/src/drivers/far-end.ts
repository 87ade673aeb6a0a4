import { connect, isIP, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { connect as connectTls } from 'node:tls';

const LOOPBACK = /^(?:127\.|\[::1\]$|localhost$)/;

/** The server behind a line. */
export interface FarEnd {
  connect(): Socket;
  /** Has what goes there name it, where it goes by its name: between the client and {@link connect}. */
  rename(nearHost: string): Transform | undefined;
}

/** @param target `http://host[:port]` or `https://host[:port]`, whose certificate is checked against Node's authorities and `ca` */
export function farEndAt(target: string, ca?: string): FarEnd {
  const { protocol, hostname, host, port } = new URL(target);
  const isTls = protocol === 'https:';
  const bare = hostname.replace(/^\[|\]$/g, '');
  return {
    connect: () => {
      if (!isTls) return connect({ host: bare, port: Number(port || 80), allowHalfOpen: true });
      const names = { ...(isIP(bare) > 0 ? {} : { servername: bare }), ...(ca === undefined ? {} : { ca }) };
      return connectTls({ host: bare, port: Number(port || 443), ALPNProtocols: ['http/1.1'], ...names });
    },
    // A server on this machine takes the name of the line for its own.
    rename: (nearHost) => (!isTls && LOOPBACK.test(hostname) ? undefined : replacing(nearHost, host)),
  };
}

/** `from` as `to` in all that passes. Where it falls apart into two chunks it stays: clients write the head of a request at once. */
function replacing(from: string, to: string): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('latin1');
      done(null, text.includes(from) ? Buffer.from(text.replaceAll(from, to), 'latin1') : chunk);
    },
  });
}
