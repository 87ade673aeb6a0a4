import { startService, type TestService } from '@tetracast/service-kit/testing';
import { allDrivers } from '@tetracast/testing';
import { announce } from '../src/announce';
import { plugins } from '../src/services';

let service: TestService;

beforeAll(async () => {
  service = await startService(plugins);
});

afterAll(() => service.close());

describe('all services on one port, with the message log in the process', () => {
  it('hand one publish to every stock client', async () => {
    const clients = await Promise.all(allDrivers.map((driver) => driver.open(service.url, { channels: ['lab'] })));
    for (const [index, publisher] of clients.entries()) {
      const { id } = await publisher.publish({ channel: 'lab', data: `from ${index}` });
      for (const client of clients) expect(await client.next()).toMatchObject([{ id, data: `from ${index}` }]);
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  it.each(['/', '/lab.js', '/vendor/jquery.min.js', '/socket.io/socket.io.min.js', '/healthz', '/readyz', '/metrics'])(
    'serve %s',
    async (path) => {
      expect((await fetch(service.url + path)).status).toBe(200);
    },
  );

  it('answer an unknown path with a problem', async () => {
    const answer = await fetch(`${service.url}/nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });
});

describe('the announcement at the start', () => {
  it('names the address in every line to paste', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    announce('http://127.0.0.1:8123');
    const text = write.mock.calls.map(([part]) => String(part)).join('');
    expect(text.match(/(?:http|ws):\/\/127\.0\.0\.1:8123/g)?.length).toBeGreaterThanOrEqual(5);
    expect(text).not.toContain('8080');
  });
});
