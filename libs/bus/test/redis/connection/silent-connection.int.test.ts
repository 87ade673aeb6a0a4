import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { startRedis } from '@tetracast/testing';
import { RedisBus } from '../../../src';
import { publication, SETTINGS } from '../../contract/harness';
import { eventually } from '../../eventually';
import { Recorder } from '../../recorder';

/** Passes connections on to `port`, until it falls silent on those it has: as after a firewall forgot them. */
class Relay implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((near) => {
    const far = connect(this.port, '127.0.0.1');
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) this.sockets.add(socket.on('error', () => undefined));
  });

  constructor(private readonly port: number) {}

  async listen(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  fallSilent(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await once(this.server.close(), 'close');
  }
}

it('replaces connections that no longer answer, and reports that announcements may be lost', async () => {
  const redis = await startRedis();
  const relay = new Relay(redis.port);
  const bus = new RedisBus(await relay.listen(), SETTINGS, { commandTimeoutMs: 3000, heartbeatMs: 100 });
  const recorder = new Recorder();
  bus.listen(recorder);
  try {
    await bus.subscribe('a');
    await bus.append(publication('a'));
    await recorder.received(1);
    relay.fallSilent();
    await recorder.until(() => recorder.resubscribed > 0);
    const { seq } = await eventually(() => bus.append(publication('a')));
    await recorder.received(seq);
  } finally {
    await bus.close();
    await relay[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  }
  expect([recorder.interrupted, recorder.resubscribed]).toEqual([1, 1]);
});
