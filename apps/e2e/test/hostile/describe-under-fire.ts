import { pollUntil } from '@tetracast/testing';
import fc from 'fast-check';
import { limitsOf, TEST_TIMEOUT_MS } from './fuzz-limits';
import { HONEST_COUNT, HonestSubscribers } from './honest-subscribers';
import { ServiceUnderFire } from './service-under-fire';

/** The part of the cases after which the memory is taken for warm. */
const WARM_UP = 0.5;
/**
 * What may come on top of warm memory: logs, idempotency keys and warm channels have their bounds, and are not full yet.
 * So a case that leaves more than some KiB is found, and with FUZZ_RUNS=20 one that leaves some hundred bytes.
 */
const GROWTH_MAX = 12 * 1024 * 1024;
/** What is open in a process besides its clients' sockets, and may differ by some files. */
const FILES_SLACK = 4;
/** Engine.IO forgets a session that nobody polls after a heartbeat and 20 s: nothing may move for so long. */
const CALM_MS = 60_000;

/** What the cases of one suite have to do with. */
export interface Attack {
  readonly target: ServiceUnderFire;
  readonly honest: HonestSubscribers;
  /** `checkOne` holds for `runs` cases, after others to warm up, and the memory levels off. */
  expectForAll<T>(runs: number, cases: fc.Arbitrary<T>, checkOne: (value: T) => Promise<void>): Promise<void>;
}

/**
 * Runs the tests against one service in a process of its own, while honest subscribers are connected to it. After them each
 * of these has received everything in order, a new client on each transport is served, the service has logged no error, and
 * nothing of all that came is still open. `env`: settings of the service besides.
 */
export function describeUnderFire(
  title: string,
  attacks: (attack: () => Attack) => void,
  env: Readonly<Record<string, string>> = {},
): void {
  jest.setTimeout(TEST_TIMEOUT_MS);

  describe(title, () => {
    let target: ServiceUnderFire;
    let honest: HonestSubscribers;
    let filesBefore: number;

    beforeAll(async () => {
      target = await ServiceUnderFire.start(env);
      honest = await HonestSubscribers.connect(target.url);
      filesBefore = (await target.metrics())('process_open_fds');
    });

    afterAll(async () => {
      await honest.close();
      await target[Symbol.asyncDispose]();
    });

    afterEach(() => {
      target.expectNoFailure();
    });

    attacks(() => ({ target, honest, expectForAll: (...args) => expectForAll(target, ...args) }));

    it('leaves the honest with every message in order', async () => {
      await honest.expectAll();
    });

    it('leaves a service that takes new clients on every transport', async () => {
      const late = await HonestSubscribers.connect(target.url);
      await late.expectAll();
      await late.close();
    });

    it('leaves nothing open', async () => {
      target.expectNoFailure();
      const filesMax = filesBefore + HONEST_COUNT + FILES_SLACK;
      const look = async (): Promise<{ connections: number; files: number }> => {
        const metrics = await target.metrics();
        return { connections: metrics('tetracast_connections'), files: metrics('process_open_fds') };
      };
      await pollUntil(look, ({ connections, files }) => connections <= HONEST_COUNT && files <= filesMax, CALM_MS);
    });
  });
}

async function expectForAll<T>(
  target: ServiceUnderFire,
  runs: number,
  cases: fc.Arbitrary<T>,
  checkOne: (value: T) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(cases, async (value) => {
    await checkOne(value);
    target.expectNoFailure();
  });
  await fc.assert(property, limitsOf(runs * WARM_UP, 1));
  const warm = await target.memory();
  await fc.assert(property, limitsOf(runs));
  await target.memoryBelow(warm + GROWTH_MAX);
}
