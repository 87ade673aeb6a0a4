import { connect, isIP, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { connect as connectTls } from 'node:tls';

const LOOPBACK = /^(?:127\.|\[::1\]$|localhost$)/;

/** The server behind a {@link TcpProxy}. */
export interface ProxyTarget {
  connect(): Socket;
  /** Replaces the host that the client names by the target's own, if the target goes by its name. */
  renameHost(nearHost: string): Transform | undefined;
}

/** @param target `http://host[:port]` or `https://host[:port]`, whose certificate is checked against Node's authorities and `ca` */
export function proxyTargetAt(target: string, ca?: string): ProxyTarget {
  const { protocol, hostname, host, port } = new URL(target);
  const isTls = protocol === 'https:';
  const bare = hostname.replace(/^\[|\]$/g, '');
  return {
    connect: () => {
      if (!isTls) return connect({ host: bare, port: Number(port || 80), allowHalfOpen: true });
      const names = { ...(isIP(bare) > 0 ? {} : { servername: bare }), ...(ca === undefined ? {} : { ca }) };
      return connectTls({ host: bare, port: Number(port || 443), ALPNProtocols: ['http/1.1'], ...names });
    },
    // A server on this machine accepts the name of the proxy.
    renameHost: (nearHost) => (!isTls && LOOPBACK.test(hostname) ? undefined : replacing(nearHost, host)),
  };
}

/** Replaces `from` in each chunk. A `from` across two chunks stays: clients write the head of a request at once. */
function replacing(from: string, to: string): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('latin1');
      done(null, text.includes(from) ? Buffer.from(text.replaceAll(from, to), 'latin1') : chunk);
    },
  });
}
