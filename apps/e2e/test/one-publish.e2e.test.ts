import { allDrivers, describeAcross, uniqueChannel } from '@tetracast/testing';
import { startSystem, type System } from './system';

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

describeAcross('through nginx', { url: () => system.url, drivers: allDrivers });

describe('without nginx', () => {
  it('each service serves on its own port what was published on another', async () => {
    const channel = uniqueChannel();
    const clients = await Promise.all(
      allDrivers.map((driver) => driver.open(system.services[driver.form]!.url, { channels: [channel] })),
    );
    try {
      const { id } = await (clients[0] as (typeof clients)[number]).publish({ channel, data: 'hello' });
      for (const client of clients) expect(await client.next()).toMatchObject([{ id, data: 'hello' }]);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  });
});
