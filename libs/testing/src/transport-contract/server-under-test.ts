import type { TransportClient, TransportDriver } from '../drivers';
import type { ContractContext, ServerToTest, TransportUnderTest } from './contract-context';

/** The one server that all tests of the enclosing `describe` share; one that was started here is stopped after them. */
export function sharedServer(server: ServerToTest): Omit<ContractContext, 'driver'> {
  if ('url' in server) return { ...server, start: undefined };
  let service: TransportUnderTest;

  beforeAll(async () => {
    service = await server.start();
  });

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  return { url: () => service.url, start: server.start };
}

/** A test that failed half-way leaves clients open, which would reconnect for ever and keep the run from ending. */
export function closingAfterAll(driver: TransportDriver): TransportDriver {
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

export function firstOfEachForm(drivers: readonly TransportDriver[]): TransportDriver[] {
  return drivers.filter((driver, index) => drivers.findIndex(({ form }) => form === driver.form) === index);
}
