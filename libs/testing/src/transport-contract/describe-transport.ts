import { socketioPolling, socketioWebSocket, type TransportDriver } from '../drivers';
import type { ContractContext, TransportSuite } from './contract-context';
import { testDelivery } from './shared/delivery';
import { testEcho } from './shared/echo';
import { testEnding } from './shared/ending';
import { testHttpPublishing } from './single/http-publishing';
import { testHttpRefusals } from './single/http-refusals';
import { testIdempotency } from './shared/idempotency';
import { testOrigins } from './shared/origins';
import { testPayloads } from './payloads';
import { testPlainWebSocket } from './single/plain-websocket';
import { testPollingRequests } from './single/polling-requests';
import { testProbes } from './probes';
import { testPresence } from './shared/presence';
import { testRefusals } from './shared/refusals';
import { testResets } from './shared/resets';
import { testResume } from './shared/resume';
import { closingAfterAll, firstOfEachForm, sharedServer } from './server-under-test';
import { testSlowReaders, testStalledLine } from './shared/slow-readers';
import { testSocketioEvents } from './single/socketio-events';
import { testSseStream } from './single/sse-stream-form';
import { testStarts } from './shared/starts';
import { testWebSocketFrames } from './single/websocket-frames';

/**
 * The wire contract of one transport, run against a real service with stock clients.
 *
 * Every driver runs the topics that all transports share; the first driver of each form also runs those of its form.
 * The outer title names the driver, the inner ones the topic and the case, which are the same for all transports.
 */
export function describeTransport(name: string, suite: TransportSuite): void {
  describe(`${name}: the wire contract`, () => {
    const server = sharedServer(suite);
    const contextOf = (driver: TransportDriver): ContractContext => ({ driver: closingAfterAll(driver), ...server });
    for (const driver of suite.drivers) {
      const test = driver.flags.dataOnly === true ? testDataOnly : testEveryTransport;
      describe(driver.name, () => test(contextOf(driver)));
    }
    for (const driver of firstOfEachForm(suite.drivers)) {
      describe(`${driver.form} requests`, () => testForm(contextOf(driver)));
    }
    describe('for operators', () => testProbes(server));
  });
}

function testEveryTransport(context: ContractContext): void {
  testDelivery(context);
  testPayloads(context);
  testEcho(context);
  testIdempotency(context);
  testStarts(context);
  testResume(context);
  testResets(context);
  testSlowReaders(context);
  testRefusals(context);
  testEnding(context);
  testPresence(context);
}

/** What can be said of a client that gets nothing but data; what is its alone is a topic of its form. */
function testDataOnly(context: ContractContext): void {
  testPayloads(context);
}

function testForm(context: ContractContext): void {
  const { driver } = context;
  testOrigins(context);
  if (driver.flags.publishesOverHttp === true) {
    testHttpPublishing(context);
    testHttpRefusals(context);
  }
  OWN_TOPICS[driver.form]?.(context);
  for (const stalled of STALLED[driver.form] ?? [driver]) {
    // One without a cursor does not come back by itself.
    if (stalled.flags.polls !== true && stalled.flags.dataOnly !== true)
      testStalledLine({ ...context, driver: closingAfterAll(stalled) });
  }
}

/** What only one form has. */
const OWN_TOPICS: Readonly<Record<string, (context: ContractContext) => void>> = {
  polling: testPollingRequests,
  sse: testSseStream,
  websocket: testWebSocketFrames,
  'plain websocket': testPlainWebSocket,
  socketio: testSocketioEvents,
};

/** The clients whose open connections are tested one by one, where the first of the form is not enough. */
const STALLED: Readonly<Record<string, readonly TransportDriver[]>> = {
  socketio: [socketioWebSocket, socketioPolling],
};
