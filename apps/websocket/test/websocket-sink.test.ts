import type { WebSocket } from 'ws';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { PongTimeouts } from '../src/pong-timeouts';
import { FrameSink } from '../src/frame-sink';
import { PlainSink } from '../src/plain-sink';

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
  readonly socket = new FakeSocket();
  readonly terminate = jest.fn();
  readonly close = jest.fn();
  readonly resume = jest.fn();
}

const TIMEOUT_MS = 20_000;
/** An answer is waited for so much longer at the most. */
const LATE_MS = 200;

function createSink<S>(Sink: new (...args: ConstructorParameters<typeof FrameSink>) => S): {
  sink: S;
  websocket: FakeWebSocket;
  socket: FakeSocket;
} {
  const websocket = new FakeWebSocket();
  const { socket } = websocket;
  const deadlines = new PongTimeouts(TIMEOUT_MS);
  const sink = new Sink(websocket as unknown as WebSocket, socket as unknown as Socket, 1000, deadlines);
  return { sink, websocket, socket };
}

/** So much time passes, and the turn of the event loop in which it was over. */
async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms);
  await new Promise(setImmediate);
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
});

afterEach(() => {
  jest.useRealTimers();
});

describe('WebSocketSink.beat', () => {
  it('pings', () => {
    const { sink, socket } = createSink(FrameSink);

    sink.sendHeartbeat();

    expect(socket.written).toEqual([Buffer.from([0x89, 0])]);
  });

  it('ends a line on which nothing came for HEARTBEAT_TIMEOUT, since the first ping that was not answered', async () => {
    const { sink, websocket, socket } = createSink(FrameSink);

    sink.sendHeartbeat();
    socket.flush(2);
    await pass(TIMEOUT_MS - 1);
    expect(websocket.terminate).not.toHaveBeenCalled();
    sink.sendHeartbeat();
    socket.flush(2);
    await pass(LATE_MS + 1);

    expect(websocket.terminate).toHaveBeenCalledTimes(1);
  });

  it('leaves a line alone on which anything came', async () => {
    const { sink, websocket, socket } = createSink(FrameSink);

    for (let i = 0; i < 3; i++) {
      sink.sendHeartbeat();
      await pass(TIMEOUT_MS - 1);
      socket.bytesRead++;
      await pass(LATE_MS + 1);
    }

    expect(websocket.terminate).not.toHaveBeenCalled();
  });

  it('hears an answer that came while the process was held up, before it judges', async () => {
    const { sink, websocket, socket } = createSink(FrameSink);
    sink.sendHeartbeat();

    jest.advanceTimersByTime(TIMEOUT_MS + LATE_MS);
    socket.bytesRead++;
    sink.sendHeartbeat();
    await new Promise(setImmediate);

    expect(websocket.terminate).not.toHaveBeenCalled();
  });

  it('leaves a slow line alone while it takes what is pending, and ends it when it no longer does', async () => {
    const { sink, websocket, socket } = createSink(FrameSink);
    socket.write(Buffer.alloc(10_000));

    sink.sendHeartbeat();
    for (let i = 0; i < 5; i++) {
      socket.flush(1000);
      await pass(TIMEOUT_MS + LATE_MS);
    }
    expect(websocket.terminate).not.toHaveBeenCalled();
    await pass(TIMEOUT_MS + LATE_MS);

    expect(websocket.terminate).toHaveBeenCalledTimes(1);
  });

  it('expects no answer of a client that is not being read', async () => {
    const { sink, websocket } = createSink(FrameSink);
    websocket.isPaused = true;

    sink.sendHeartbeat();
    for (let i = 0; i < 3; i++) await pass(TIMEOUT_MS + LATE_MS);

    expect(websocket.terminate).not.toHaveBeenCalled();
  });

  it('waits for no answer any more, and needs no timer, once the line is gone', () => {
    const { sink, socket } = createSink(FrameSink);
    sink.sendHeartbeat();
    expect(jest.getTimerCount()).toBe(1);

    socket.emit('close');

    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('WebSocketSink', () => {
  it('sends nothing once it is closing', () => {
    const { sink, websocket, socket } = createSink(FrameSink);
    websocket.readyState = 2;

    sink.send({ type: 'pong' });
    sink.sendHeartbeat();

    expect(socket.written).toEqual([]);
  });

  it('closes with the code and the reason of the table', () => {
    const { sink, websocket } = createSink(FrameSink);

    sink.close('going_away');

    expect(websocket.close).toHaveBeenCalledWith(1001, 'the service stops');
    expect(websocket.terminate).not.toHaveBeenCalled();
  });

  it('reads the answer to its close frame, although it was not reading', () => {
    const { sink, websocket } = createSink(FrameSink);
    websocket.isPaused = true;

    sink.close('going_away');

    expect(websocket.resume).toHaveBeenCalled();
  });

  it('waits for no answer of a peer that takes nothing', () => {
    const { sink, websocket } = createSink(FrameSink);

    sink.close('stalled');

    expect(websocket.close).toHaveBeenCalledWith(4200, 'the peer took nothing for too long');
    expect(websocket.terminate).toHaveBeenCalled();
  });
});

describe('PlainSink', () => {
  it('has only a close code for a reset, with its reason', () => {
    const { sink, websocket, socket } = createSink(PlainSink);

    sink.sendReset({ channels: ['a'], reason: 'trimmed', cursor: 'e-1' });

    expect(websocket.close).toHaveBeenCalledWith(4201, 'messages may be missing: load again (trimmed)');
    expect(socket.written).toEqual([]);
  });
});
