import { createService, parseSettings } from '@tetracast/service-kit';
import { allDrivers } from '@tetracast/testing';
import type { FastifyInstance } from 'fastify';
import { announce } from '../src/announce';
import { plugins } from '../src/services';

let app: FastifyInstance;
let url: string;

beforeAll(async () => {
  app = await createService(parseSettings({ PORT: '0' }), plugins, { logger: false });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await app.close();
});

describe('all services on one port, with the log in the process', () => {
  it('hand one publish to every stock client', async () => {
    const clients = await Promise.all(allDrivers.map((driver) => driver.open(url, { channels: ['lab'] })));
    for (const [index, publisher] of clients.entries()) {
      const { id } = await publisher.publish({ channel: 'lab', data: `from ${index}` });
      for (const client of clients) expect(await client.next()).toMatchObject([{ id, data: `from ${index}` }]);
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  it.each(['/', '/lab.js', '/vendor/jquery.min.js', '/socket.io/socket.io.min.js', '/healthz', '/readyz', '/metrics'])(
    'serve %s',
    async (path) => {
      expect((await fetch(url + path)).status).toBe(200);
    },
  );

  it('answer an unknown path with a problem', async () => {
    const answer = await fetch(`${url}/nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });
});

describe('what it says at its start', () => {
  it('names the address in every line to paste', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    announce('http://127.0.0.1:8123');
    const said = write.mock.calls.map(([text]) => String(text)).join('');
    expect(said.match(/(?:http|ws):\/\/127\.0\.0\.1:8123/g)?.length).toBeGreaterThanOrEqual(5);
    expect(said).not.toContain('8080');
  });
});
