import type { WebSocket } from 'ws';
import { EventEmitter } from 'node:events';
import { WebSocketSink } from '../src/websocket-sink';

/** As much of a WebSocket and its TCP socket as a sink uses. */
class FakeSocket extends EventEmitter {
  bytesRead = 0;
  bytesWritten = 0;
  writableLength = 0;
  readonly writableHighWaterMark = 16_384;
  readonly written: Buffer[] = [];

  setNoDelay(): void {
    // Nothing is sent.
  }

  /** Takes everything, gives nothing to the kernel. */
  write(bytes: Buffer): boolean {
    this.written.push(bytes);
    this.bytesWritten += bytes.length;
    this.writableLength += bytes.length;
    return false;
  }

  /** The kernel takes this many bytes. */
  flush(bytes: number): void {
    this.writableLength -= bytes;
  }
}

class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  readonly _socket = new FakeSocket();
  readonly terminate = jest.fn();
  readonly close = jest.fn();
  readonly resume = jest.fn();
}

function createSink(): { sink: WebSocketSink; websocket: FakeWebSocket; socket: FakeSocket } {
  const websocket = new FakeWebSocket();
  const sink = new WebSocketSink(websocket as unknown as WebSocket, 1000);
  return { sink, websocket, socket: websocket._socket };
}

describe('WebSocketSink.beat', () => {
  it('pings', () => {
    const { sink, socket } = createSink();

    sink.beat();

    expect(socket.written).toEqual([Buffer.from([0x89, 0])]);
  });

  it('ends a line on which nothing moved since the last beat', () => {
    const { sink, websocket, socket } = createSink();

    sink.beat();
    socket.flush(2);
    expect(websocket.terminate).not.toHaveBeenCalled();
    sink.beat();

    expect(websocket.terminate).toHaveBeenCalledTimes(1);
  });

  it('leaves a line alone on which anything came', () => {
    const { sink, websocket, socket } = createSink();

    for (let i = 0; i < 3; i++) {
      sink.beat();
      socket.bytesRead++;
    }

    expect(websocket.terminate).not.toHaveBeenCalled();
  });

  it('leaves a slow line alone while it takes what is pending, and ends it when it no longer does', () => {
    const { sink, websocket, socket } = createSink();
    socket.write(Buffer.alloc(10_000));

    for (let i = 0; i < 5; i++) {
      sink.beat();
      socket.flush(1000);
    }
    expect(websocket.terminate).not.toHaveBeenCalled();
    sink.beat();
    sink.beat();

    expect(websocket.terminate).toHaveBeenCalledTimes(1);
  });

  it('expects no answer of a client that is not being read', () => {
    const { sink, websocket } = createSink();
    websocket.isPaused = true;

    for (let i = 0; i < 3; i++) sink.beat();

    expect(websocket.terminate).not.toHaveBeenCalled();
  });
});

describe('WebSocketSink', () => {
  it('sends nothing once it is closing', () => {
    const { sink, websocket, socket } = createSink();
    websocket.readyState = 2;

    sink.send({ type: 'pong' });
    sink.beat();

    expect(socket.written).toEqual([]);
  });

  it('closes with the code and the reason of the table', () => {
    const { sink, websocket } = createSink();

    sink.close('going_away');

    expect(websocket.close).toHaveBeenCalledWith(1001, 'the service stops');
    expect(websocket.terminate).not.toHaveBeenCalled();
  });

  it('reads the answer to its close frame, although it was not reading', () => {
    const { sink, websocket } = createSink();
    websocket.isPaused = true;

    sink.close('going_away');

    expect(websocket.resume).toHaveBeenCalled();
  });

  it('waits for no answer of a peer that takes nothing', () => {
    const { sink, websocket } = createSink();

    sink.close('stalled');

    expect(websocket.close).toHaveBeenCalledWith(4200, 'the peer took nothing for too long');
    expect(websocket.terminate).toHaveBeenCalled();
  });
});
