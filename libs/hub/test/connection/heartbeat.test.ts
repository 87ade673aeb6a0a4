import { nodeRuntime } from '@tetracast/node-io/runtime';
import { Hub, HeartbeatWheel } from '../../src';
import { FaultyBus } from '@tetracast/bus/testing';
import { RecordingSink } from '../recording-sink';

class BeatingSink extends RecordingSink {
  beats = 0;
  bytesTaken = 0;
  bytesPending = 0;

  sendHeartbeat(): void {
    this.beats++;
  }
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
});

afterEach(() => {
  jest.useRealTimers();
});

/** So much time passes, and the turns that this brings are over. */
async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms);
  await new Promise(setImmediate);
}

describe('the wheel', () => {
  it('gives each member one turn a period, the first after a whole period, until it is removed', async () => {
    const turns: string[] = [];
    const wheel = new HeartbeatWheel<string>(nodeRuntime, 10_000, (member) => turns.push(member));
    wheel.add('early');
    await pass(3000);
    wheel.add('late');
    await pass(6999);
    expect(turns).toEqual([]);
    await pass(1);
    expect(turns).toEqual(['early']);
    await pass(3000);
    expect(turns).toEqual(['early', 'late']);
    wheel.remove('early');
    await pass(10_000);
    expect(turns).toEqual(['early', 'late', 'late']);
    wheel.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('heartbeats', () => {
  it('go to every open connection and to no closed one', async () => {
    const hub = new Hub(new FaultyBus(), { heartbeatMs: 5000 });
    const [open, shut] = [new BeatingSink(), new BeatingSink()];
    hub.connect(open);
    hub.connect(shut).close();
    await pass(15_000);
    expect([open.beats, shut.beats]).toEqual([3, 0]);
    hub.close();
  });

  it('close a connection whose client takes nothing for a minute, not one that takes a little', async () => {
    const hub = new Hub(new FaultyBus(), { heartbeatMs: 15_000, stalledMs: 60_000 });
    const [dead, slow, idle] = [new BeatingSink(), new BeatingSink(), new BeatingSink()];
    for (const sink of [dead, slow, idle]) hub.connect(sink);
    dead.bytesPending = slow.bytesPending = 1000;
    for (let seconds = 0; seconds < 300; seconds += 15) {
      slow.bytesTaken++;
      await pass(15_000);
      expect(dead.closed).toBe(seconds < 60 ? undefined : 'stalled');
    }
    expect([slow.closed, idle.closed]).toEqual([undefined, undefined]);
    expect(hub.stats.connections).toBe(2);
    hub.close();
  });
});
