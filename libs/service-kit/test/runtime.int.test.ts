import { nodeRuntime } from '@tetracast/node-io/runtime';
import { publishRoute } from '../src/http/publish-route';
import { startService, type TestService } from '../src/testing';
import { post } from './ask';

describe('a service in a simulated world', () => {
  let service: TestService;
  let now = 1_000_000;

  beforeAll(async () => {
    const runtime = { ...nodeRuntime, now: () => now, monotonicMs: () => now };
    service = await startService([publishRoute('/news')], { PUBLISH_RATE: '0/1/0' }, { runtime });
  });

  afterAll(async () => {
    await service.close();
  });

  const publish = async (): Promise<number> =>
    (await post(`${service.url}/news`, '{"channel":"news","data":1}')).status;

  it('limits rates by the clock of that world', async () => {
    expect([await publish(), await publish(), await publish()]).toEqual([201, 201, 429]);
    now += 1000;
    expect([await publish(), await publish()]).toEqual([201, 429]);
  });

  it('dates messages by it', async () => {
    const { entries } = await service.tetracast.bus.read('news', { kind: 'after', seq: 0, limit: 10, bytes: 10_000 });
    expect(entries.map(({ time }) => time)).toEqual([1_000_000, 1_000_000, 1_001_000]);
  });
});
