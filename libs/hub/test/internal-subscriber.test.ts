import { Bench, range } from './hub-under-test';

describe('who follows a channel of the gateway itself', () => {
  it('has heard all that is stored when it is told that it follows, then hears what comes', async () => {
    await using bench = new Bench({ windowLimits: { messages: 5, bytes: 1e6 } });
    await bench.publishAll('$own', 1, 700);
    const heard: number[] = [];
    await bench.hub.subscribeInternally(
      '$own',
      { kind: 'earliest' },
      { onMessage: (data) => heard.push(Number(data)) },
    );
    expect(heard).toEqual(range(1, 700));

    await bench.publish('$own', 701);
    expect(bench.hub.stats.connections).toBe(0);
    while (heard.length < 701) await new Promise((resolve) => setImmediate(resolve));
    expect(heard.at(-1)).toBe(701);
  });

  it('is not told so when the log goes away in the middle', async () => {
    await using bench = new Bench({ windowLimits: { messages: 5, bytes: 1e6 } });
    await bench.publishAll('$own', 1, 700);
    const heard: string[] = [];
    const following = {
      onMessage: (data: string) => {
        bench.bus.away = true;
        heard.push(data);
      },
    };

    await expect(bench.hub.subscribeInternally('$own', { kind: 'earliest' }, following)).rejects.toThrow(/went away/);
    expect(heard.length).toBeLessThan(700);
  });
});
