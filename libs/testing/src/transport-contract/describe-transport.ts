import type { TransportClient, TransportDriver } from '../drivers';
import type { ContractContext, TransportSuite, TransportUnderTest } from './contract-context';
import { testDelivery } from './delivery';
import { testEcho } from './echo';
import { testHttpPublishing } from './http-publishing';
import { testHttpRefusals } from './http-refusals';
import { testOrigins } from './origins';
import { testPayloads } from './payloads';
import { testPollingRequests } from './polling-requests';
import { testProbes } from './probes';
import { testRefusals } from './refusals';
import { testResets } from './resets';
import { testResume } from './resume';
import { testSocketioEvents } from './socketio-events';
import { testSseStream } from './sse-stream-form';
import { testStarts } from './starts';
import { testWebSocketFrames } from './websocket-frames';

/**
 * The wire contract of one transport, run against a real service with stock clients.
 *
 * Every driver runs the topics that all transports share; the first driver of each form also brings those of its form.
 */
export function describeTransport(name: string, suite: TransportSuite): void {
  describe(`${name}: the wire contract`, () => {
    let service: TransportUnderTest;

    beforeAll(async () => {
      service = await suite.start();
    });

    afterAll(async () => {
      await service[Symbol.asyncDispose]();
    });

    const contextOf = (driver: TransportDriver): ContractContext => ({
      driver: closingAfterAll(driver),
      url: () => service.url,
      start: (settings) => suite.start(settings),
    });
    for (const driver of suite.drivers) {
      describe(driver.name, () => testEveryTransport(contextOf(driver)));
    }
    for (const driver of firstOfEachForm(suite.drivers)) {
      describe(`${driver.form} requests`, () => testForm(contextOf(driver)));
    }
    testProbes(() => service.url);
  });
}

function testEveryTransport(context: ContractContext): void {
  testDelivery(context);
  testPayloads(context);
  testEcho(context);
  testStarts(context);
  testResume(context);
  testResets(context);
  testRefusals(context);
}

function testForm(context: ContractContext): void {
  testOrigins(context);
  switch (context.driver.form) {
    case 'polling':
      testHttpPublishing(context);
      testHttpRefusals(context);
      testPollingRequests(context);
      break;
    case 'sse':
      testHttpPublishing(context);
      testHttpRefusals(context);
      testSseStream(context);
      break;
    case 'websocket':
      testWebSocketFrames(context);
      break;
    case 'socketio':
      testSocketioEvents(context);
      break;
  }
}

/** A test that failed half-way has left clients open, and those would come back for ever and keep the run from ending. */
function closingAfterAll(driver: TransportDriver): TransportDriver {
  const clients: TransportClient[] = [];
  afterAll(async () => {
    for (const client of clients) await client.close();
  });
  return {
    ...driver,
    open: async (baseUrl, options) => {
      const client = await driver.open(baseUrl, options);
      clients.push(client);
      return client;
    },
  };
}

function firstOfEachForm(drivers: readonly TransportDriver[]): TransportDriver[] {
  return drivers.filter((driver, index) => drivers.findIndex(({ form }) => form === driver.form) === index);
}
