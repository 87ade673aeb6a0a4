import { until } from '@tetracast/testing';
import { type Standalone, startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import { CONNECTION_KINDS, type ConnectionKind, type OpenConnection } from './connection-kinds';
import type { ClientIdentity } from './http-connection';

const MAX = 2;
const ANN = { sub: 'ann', address: '192.0.2.1' };

/** Who shares the limit, and who can connect beside it; to a full process nobody can. */
const LIMITS = [
  ['MAX_CONNECTIONS', 'process', undefined],
  ['MAX_CONNECTIONS_PER_IP', 'ip', { ...ANN, address: '192.0.2.2' }],
  ['MAX_CONNECTIONS_PER_USER', 'user', { ...ANN, sub: 'ben' }],
] as const;

const ROWS = CONNECTION_KINDS.map((kind): [string, ConnectionKind] => [kind.name, kind]);

const identityOf = async ({ sub, address }: typeof ANN): Promise<ClientIdentity> => ({
  token: await mint({ sub }),
  address,
});

async function expectOpen(connection: Promise<OpenConnection | string>): Promise<OpenConnection> {
  const opened = await connection;
  if (typeof opened === 'string') throw new Error(`refused: ${opened}`);
  return opened;
}

describe.each(LIMITS)('%s', (setting, scope, other) => {
  let service: Standalone;

  beforeAll(async () => {
    service = await startStandalone({ ...ACCESS_ENV, TRUST_PROXY: '127.0.0.1', [setting]: String(MAX) });
  });

  afterEach(() => until(() => service.connections() === 0));

  afterAll(() => service.close());

  it.each(ROWS)('admits so many of %s, one more when one has closed, and closes none', async (_, kind) => {
    const { open, refusals } = kind;
    const ann = await identityOf(ANN);
    const { connections } = service.tetracast.limits;
    await using first = await expectOpen(open(service, ann));
    await using second = await expectOpen(open(service, ann));

    expect(await open(service, ann)).toBe(refusals[scope]);
    expect(connections.hasRoom(ANN.address, ANN.sub)).toBe(false);
    await using _another = other === undefined ? undefined : await expectOpen(open(service, await identityOf(other)));

    await service.store('news', 'to all that are connected');
    await Promise.all([first.receive('to all that are connected'), second.receive('to all that are connected')]);
    await first[Symbol.asyncDispose]();
    await until(() => connections.hasRoom(ANN.address, ANN.sub));
    await using _next = await expectOpen(open(service, ann));
  });
});
