import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { once } from 'node:events';
import { Delay } from './delay';
import { HeldResponses } from './held-responses';
import { withHost, withoutHopByHop } from './proxied-headers';
import type { ConnectionRecord } from './connection-record';
import { openTunnel } from './tunnel';
import type { WireRecord } from './wire-record';

/** What a {@link FaultProxy} can do to the connections of its transport, until it is switched off. */
export const FAULTS = ['block-websocket', 'buffer', 'slow'] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultProxyOptions {
  readonly transport: string;
  /** The service. */
  readonly target: { readonly host: string; readonly port: number };
  readonly wire: WireRecord;
  /** The host of the page that sent this request to the proxy's port; `undefined` if the proxy must not serve it. */
  readonly pageOf: (request: IncomingMessage, port: number) => string | undefined;
}

/** A reverse proxy in front of the service for one transport of the lab, on a free port, with faults on a switch. */
export class FaultProxy {
  private readonly faults = new Set<Fault>();
  private readonly sockets = new Map<Socket, ConnectionRecord>();
  private readonly records = new WeakMap<object, ConnectionRecord>();
  private readonly upgraded = new Set<Duplex>();
  private readonly held = new HeldResponses();
  private readonly listener: Server;
  private readonly http = createHttpServer({ requireHostHeader: false });
  private turnAway: (() => void) | undefined;

  static async open(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await once(proxy.listener.listen(0, options.target.host), 'listening');
    return proxy;
  }

  private constructor(private readonly options: FaultProxyOptions) {
    this.listener = createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));
    this.http.on('request', (incoming, response) => this.forward(incoming, response));
    this.http.on('upgrade', (incoming, stream: Duplex, head) => this.tunnel(incoming, stream, head));
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  get active(): readonly Fault[] {
    return [...this.faults];
  }

  set(fault: Fault, isOn: boolean): void {
    if (isOn) this.faults.add(fault);
    else this.faults.delete(fault);
    if (fault === 'buffer' && !isOn) this.held.release();
    // Behind a proxy that refuses WebSocket there would be none.
    if (fault === 'block-websocket' && isOn) for (const stream of this.upgraded) stream.destroy();
  }

  /** Resets all open connections. */
  cut(): void {
    for (const [socket, record] of this.sockets) {
      record.event('cut');
      socket.resetAndDestroy();
    }
  }

  /**
   * Until {@link comeBack} the proxy resets new connections, and those with a new request; the others end by themselves. Resolves
   * when it has turned a client away; at once if no client is connected.
   */
  goAway(): Promise<void> {
    return new Promise((resolve) => {
      this.turnAway = resolve;
      if (this.sockets.size === 0) resolve();
    });
  }

  comeBack(): void {
    this.turnAway = undefined;
  }

  async close(): Promise<void> {
    const closed = once(this.listener.close(), 'close');
    for (const socket of this.sockets.keys()) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.turnAway !== undefined) {
      this.options.wire.event(this.options.transport, 'away');
      socket.resetAndDestroy();
      this.turnAway();
      return;
    }
    const record = this.options.wire.openConnection(this.options.transport);
    this.sockets.set(socket, record);
    socket.setNoDelay(true);
    const isSlow = (): boolean => this.faults.has('slow');
    const [slowIn, slowOut] = [new Delay(isSlow), new Delay(isSlow)];
    socket.on('data', (bytes: Buffer) => record.sent(bytes));
    slowOut.on('data', (bytes: Buffer) => record.received(bytes));
    socket.pipe(slowIn);
    slowOut.pipe(socket);
    const stream = Duplex.from({ readable: slowIn, writable: slowOut });
    stream.on('error', () => undefined);
    stream.once('close', () => socket.destroySoon());
    socket.once('close', () => {
      this.sockets.delete(socket);
      stream.destroy();
    });
    this.records.set(stream, record);
    this.http.emit('connection', stream);
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { pageOf, target } = this.options;
    const host = pageOf(incoming, this.port);
    const record = this.records.get(incoming.socket);
    if (host === undefined) {
      record?.refuse();
      response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' });
      response.end('This proxy serves the lab page only.\n');
      return;
    }
    record?.admit();
    incoming.once('end', () => record?.awaitRequest());
    if (this.turnAway !== undefined) {
      record?.event('away');
      incoming.socket.destroy();
      this.turnAway();
      return;
    }
    const { method, url: path } = incoming;
    const headers = [...withHost(withoutHopByHop(incoming.rawHeaders), host), 'Connection', 'close'];
    const outgoing = request({ ...target, method, path, headers, agent: false, setHost: false });
    response.once('close', () => outgoing.destroy());
    outgoing.once('error', () => response.destroy());
    outgoing.once('response', (answer) => {
      // A body without a length and without chunks ends with the connection, here as there.
      response.useChunkedEncodingByDefault = 'transfer-encoding' in answer.headers;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutHopByHop(answer.rawHeaders));
      if (this.faults.has('buffer')) this.held.hold(record, answer, response);
      else {
        response.flushHeaders();
        answer.pipe(response);
      }
      answer.once('error', () => response.destroy());
    });
    incoming.pipe(outgoing);
  }

  private tunnel(incoming: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { pageOf, target } = this.options;
    const host = pageOf(incoming, this.port);
    const record = this.records.get(stream);
    if (host === undefined) record?.refuse();
    else record?.upgrade();
    if (host === undefined || this.faults.has('block-websocket')) {
      record?.event('handshake-refused');
      stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.upgraded.add(stream);
    stream.once('close', () => this.upgraded.delete(stream));
    openTunnel(target, withHost(incoming.rawHeaders, host), { incoming, stream, head });
  }
}
