import { parseSettings } from '@tetracast/service-kit';
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
  function textFor(env: Readonly<Record<string, string>>): string {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    announce('http://127.0.0.1:8123', parseSettings(env));
    const text = write.mock.calls.map(([part]) => String(part)).join('');
    write.mockRestore();
    expect(text).not.toContain('8080');
    return text;
  }

  const linesFor = (env: Readonly<Record<string, string>>): string[] =>
    textFor(env)
      .split('\n')
      .filter((line) => line.startsWith('  '));

  const transports = ['polling', 'SSE', 'WebSocket', 'Socket.IO', 'publish'];
  const namesOf = (lines: string[]): string[] => lines.map((line) => line.trim().split(' ')[0]!);

  it('has a line to paste for each transport, with the address', () => {
    const lines = linesFor({});
    expect(namesOf(lines)).toEqual(transports);
    for (const line of lines) expect(line).toMatch(/(?:http|ws):\/\/127\.0\.0\.1:8123/);
    expect(lines.join()).not.toContain('token');
  });

  it.each([
    ['AUTH_SECRET', 'a secret of the tests, of more than 32 bytes', 'npm run'],
    ['AUTH_JWKS_URL', 'http://127.0.0.1:1/keys', 'a token of your issuer'],
  ])('says where the token comes from that each line has, with %s', (setting, value, source) => {
    const [token, ...lines] = linesFor({ [setting]: value });
    expect(token).toContain(source);
    expect(namesOf(lines)).toEqual(['page', ...transports]);
    for (const line of lines) expect(line).toContain('$token');
  });

  it.each([
    ['everyone on this machine', {}, 'No access check: everyone on this machine may publish and subscribe.'],
    ['those with a token', { AUTH_SECRET: 'a secret of the tests, of more than 32 bytes' }, 'Access by token.'],
  ])('says that %s may use it', (_whom, env, sentence) => {
    expect(textFor(env)).toContain(`\n${sentence} The messages are in memory`);
  });
});
