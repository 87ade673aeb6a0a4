import {
  pollingFetch,
  socketioDefault,
  sseEventSource,
  type TransportDriver,
  uniqueChannel,
  websocketByUrl,
} from '@tetracast/testing';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Change } from '../../src/doctor/remedies';
import type { Problem } from '../../src/doctor/problems';
import { examine, mintToken, OPEN, type Report, startServer } from './examine';
import { type ProxyUnderTest, startWith } from './proxies';

/** What is proved by waiting: shorter, so that the test is. */
const PROVED_BY_WAITING: readonly Problem[] = ['buffering', 'resume'];
/** Proxies that are told to cut silent connections do it after two. */
const IDLE_S = 5;
/** The last resort: the suite has its waits under control. */
const CONFORMANCE_LIMIT_MS = 3_600_000;
const CONFORMANCE = resolve(__dirname, '../../../../tools/conformance.mjs');
const CLIENTS: readonly TransportDriver[] = [pollingFetch, sseEventSource, websocketByUrl, socketioDefault];

/**
 * The doctor before a real proxy: it finds nothing where nothing is, names each of `faults`, and prints what mends it. With all faults
 * and all lines the proxy also has to pass the conformance suite, if `conforms` says so.
 */
export function describeProxy(proxy: ProxyUnderTest, faults: readonly Problem[], conforms = false): void {
  describe(`the doctor before ${proxy.name}`, () => {
    let server: TestService;
    let token: string;
    /** Each fault, and the lines that mended it. */
    const mendedLines: Change[] = [];
    beforeAll(async () => {
      [server, token] = await Promise.all([startServer(), mintToken()]);
    });
    afterAll(() => server.close());
    const backend = (): URL => new URL(server.url);
    const examineFor = (url: string, problem: Problem): Promise<Report> =>
      examine(url, token, {
        ...(problem === 'idle' ? { idle: IDLE_S } : {}),
        ...(PROVED_BY_WAITING.includes(problem) ? { patience: 5 } : {}),
        more: ['--proxy', proxy.name, '--backend', backend().host],
      });

    it('finds nothing wrong where nothing is', async () => {
      await using running = await startWith(proxy, [], backend());
      const { code, findings, proxies } = await examine(running.url, token, { idle: 1 });

      expect(findings.filter(({ problem, isUnknown }) => problem !== undefined || isUnknown)).toEqual([]);
      expect(code).toBe(0);
      // HAProxy is the only one that does not name itself.
      expect(proxies).toEqual(proxy.name === 'HAProxy' ? [] : [proxy.name]);
    });

    it.each(faults)('names the fault "%s", and prints the lines that mend it', async (fault) => {
      const planted = proxy.faults[fault] ?? [];
      const report = await examineThrough(planted, fault);
      const printed = report.remedies.flatMap(({ changes }) => changes.flatMap(([, list]) => list));

      expect({ code: report.code, problems: report.problems }).toEqual({
        code: 1,
        problems: expect.arrayContaining([fault]) as Problem[],
      });
      await using mended = await startWith(proxy, [...planted, ...printed], backend());
      const after = await examineFor(mended.url, fault);
      expect(after.findings.filter(({ problem }) => problem !== undefined)).toEqual([]);
      await useEveryTransport(mended.url);
      mendedLines.push(...planted, ...printed);
    });

    if (conforms) {
      it(
        'passes the conformance suite with all faults and all lines',
        async () => {
          // The suite tests a server with the default limits, and without keys.
          await using open = await startService(plugins);
          await using mended = await startWith(proxy, mendedLines, new URL(open.url));
          await promisify(execFile)(process.execPath, [CONFORMANCE, mended.url], { maxBuffer: 2 ** 26 });
        },
        CONFORMANCE_LIMIT_MS,
      );
    }

    async function examineThrough(changes: ProxyUnderTest['faults'][Problem], fault: Problem): Promise<Report> {
      await using running = await startWith(proxy, changes ?? [], backend());
      return await examineFor(running.url, fault);
    }
  });
}

/** The contract in short: each transport publishes, receives, and after a cut has what it missed, in order. */
async function useEveryTransport(url: string): Promise<void> {
  for (const driver of CLIENTS) {
    const channel = OPEN + uniqueChannel();
    await using client = await driver.open(url, { channels: [channel] });
    const publish = (data: string): Promise<unknown> => client.publish({ channel, data });
    await publish('first');
    const [first] = await client.next();
    await client.cut(() => publishElsewhere(url, channel, ['missed 1', 'missed 2']));
    const missed = await client.next(2);
    await publish('last');
    const [last] = await client.next();

    expect([driver.name, first, ...missed, last].map((each) => (typeof each === 'object' ? each.data : each))).toEqual([
      driver.name,
      'first',
      'missed 1',
      'missed 2',
      'last',
    ]);
  }
}

async function publishElsewhere(url: string, channel: string, texts: readonly string[]): Promise<void> {
  for (const data of texts) {
    const body = new URLSearchParams({ channel, data });
    const { status } = await fetch(`${url}/polling`, { method: 'POST', body });
    expect(status).toBe(201);
  }
}
