import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What an {@link UnrulyProxy} does to what passes it, until it is changed. */
export interface Weather {
  /** Refuses WebSockets, as a proxy does that does not know them. */
  readonly blocksUpgrades?: boolean;
  /** Passes event streams on when they end, as a proxy does that buffers. */
  readonly buffers?: boolean;
  /** Refuses the requests whose head matches. */
  readonly refuses?: RegExp;
  /** Answers every request by itself with 502. */
  readonly isBadGateway?: boolean;
  /** Passes nothing on, in either direction, and closes nothing: half-open connections. */
  readonly isDeaf?: boolean;
  /** Cuts what was silent for so long, in ms. */
  readonly cutsIdleMs?: number;
}

export interface UnrulyProxy extends AsyncDisposable {
  readonly url: string;
  /** Where new connections lead. */
  target: string;
  weather: Weather;
  /** Cuts every connection after `bytes` more from the server: in the middle of a frame. */
  cut(bytes?: number): void;
}

const REQUEST = /^(?:GET|POST|OPTIONS) /;
const BAD_GATEWAY = answer('502 Bad Gateway');
const REFUSED = answer('403 Forbidden');

/** An HTTP proxy before `target` that misbehaves as real ones do. */
export async function startUnrulyProxy(target: string): Promise<UnrulyProxy> {
  const pairs = new Set<{ near: Socket; far: Socket; budget: number }>();
  const server = createServer((near) => {
    const { hostname, port } = new URL(proxy.target);
    const far = connect(Number(port), hostname);
    const pair = { near, far, budget: Infinity };
    pairs.add(pair);
    let isStream = false;
    // TCP loses no bytes: a connection that has lost some passes nothing on any more.
    let isDead = false;
    const { cutsIdleMs } = proxy.weather;
    for (const socket of [near, far]) {
      socket.setNoDelay(true).on('error', () => undefined);
      socket.once('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
      if (cutsIdleMs !== undefined) socket.setTimeout(cutsIdleMs, () => socket.destroy());
    }
    near.on('data', (chunk: Buffer) => {
      const { isDeaf, isBadGateway, blocksUpgrades, refuses } = proxy.weather;
      const text = chunk.toString('latin1');
      const isRequest = REQUEST.test(text);
      isDead ||= isDeaf === true;
      if (isDead) return;
      if (isRequest && isBadGateway === true) near.end(BAD_GATEWAY);
      else if (isRequest && refuses?.test(text) === true) near.end(REFUSED);
      else if (isRequest && blocksUpgrades === true && /\r\nupgrade: websocket/i.test(text)) near.end(REFUSED);
      else far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      const { isDeaf, buffers } = proxy.weather;
      isStream ||= chunk.includes('text/event-stream');
      isDead ||= isDeaf === true || (buffers === true && isStream);
      if (isDead) return;
      near.write(chunk.subarray(0, pair.budget));
      pair.budget -= chunk.length;
      if (pair.budget <= 0) near.destroySoon();
    });
    far.once('end', () => near.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy: UnrulyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    weather: {},
    cut: (bytes = 0) => {
      for (const pair of pairs) {
        if (bytes === 0) pair.near.destroy();
        else pair.budget = bytes;
      }
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server.close(), 'close');
      proxy.cut();
      await closed;
    },
  };
  return proxy;
}

function answer(status: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-length: 14\r\nconnection: close\r\n\r\n<h1>proxy</h1>`;
}
