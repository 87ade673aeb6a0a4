import {
  pollingDrivers,
  socketioDrivers,
  sseDrivers,
  type TransportDriver,
  websocketDrivers,
} from '@tetracast/testing';
import { startSystem, type System } from './system';

const drivers: readonly TransportDriver[] = [...pollingDrivers, ...sseDrivers, ...websocketDrivers, ...socketioDrivers];

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

describe('one publish, every stock client, through nginx', () => {
  it.each(drivers.map(({ name }, index) => [name, index] as const))('by %s reaches them all', async (name, index) => {
    const publisher = drivers[index] as TransportDriver;
    const channel = `by-${index}`;
    const clients = await Promise.all(drivers.map((driver) => driver.open(system.url, { channels: [channel] })));
    try {
      const { id } = await (clients[index] as (typeof clients)[number]).publish({ channel, data: `by ${name}` });
      for (const client of clients) {
        expect(await client.next()).toMatchObject([{ id, channel, event: 'message', data: `by ${name}` }]);
      }
      expect(publisher.name).toBe(name);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  });

  it('each service serves on its own port what was published on another', async () => {
    const channel = 'own-ports';
    const clients = await Promise.all(
      drivers.map((driver) => driver.open(system.services[driver.form].url, { channels: [channel] })),
    );
    try {
      const { id } = await (clients[0] as (typeof clients)[number]).publish({ channel, data: 'hello' });
      for (const client of clients) expect(await client.next()).toMatchObject([{ id, data: 'hello' }]);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  });

  it('a cursor taken on one transport goes on on every other', async () => {
    const channel = 'any-cursor';
    const poster = await (drivers[0] as TransportDriver).open(system.url, { channels: [channel] });
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4]) ids.push((await poster.publish({ channel, data: `${n}` })).id);
    await poster.close();
    for (const driver of drivers) {
      const client = await driver.open(system.url, { channels: [channel], after: ids[1] as string });
      const messages = await client.next(2);
      expect(messages.map(({ data }) => data)).toEqual(['3', '4']);
      await client.close();
    }
  });
});
