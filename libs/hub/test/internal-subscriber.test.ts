import { HubFixture, range } from './hub-fixture';

describe('an internal subscription', () => {
  it('has received everything stored when it resolves, then receives new messages', async () => {
    await using fixture = new HubFixture({ windowLimits: { messages: 5, bytes: 1e6 } });
    await fixture.publishAll('$own', 1, 700);
    const heard: number[] = [];
    await fixture.hub.subscribeInternally(
      '$own',
      { kind: 'earliest' },
      { onMessage: (data) => heard.push(Number(data)) },
    );
    expect(heard).toEqual(range(1, 700));

    await fixture.publish('$own', 701);
    expect(fixture.hub.stats.connections).toBe(0);
    while (heard.length < 701) await new Promise((resolve) => setImmediate(resolve));
    expect(heard.at(-1)).toBe(701);
  });

  it('rejects when the log becomes unavailable half-way', async () => {
    await using fixture = new HubFixture({ windowLimits: { messages: 5, bytes: 1e6 } });
    await fixture.publishAll('$own', 1, 700);
    const heard: string[] = [];
    const following = {
      onMessage: (data: string) => {
        fixture.bus.isUnavailable = true;
        heard.push(data);
      },
    };

    await expect(fixture.hub.subscribeInternally('$own', { kind: 'earliest' }, following)).rejects.toThrow(
      /became unavailable/,
    );
    expect(heard.length).toBeLessThan(700);
  });
});
