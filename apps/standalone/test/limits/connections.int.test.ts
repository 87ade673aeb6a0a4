import { until } from '@tetracast/testing';
import { startStandalone } from '../access/start-standalone';
import { ACCESS_ENV, mint } from '../access/tokens';
import type { Who } from './client';
import { type Line, WAYS } from './lines';

const MOST = 2;
const ANN = { sub: 'ann', address: '192.0.2.1' };

/** Of whom there may be so many connections, and who else still gets in; in a full process nobody does. */
const LIMITS = [
  ['MAX_CONNECTIONS', 'process', undefined],
  ['MAX_CONNECTIONS_PER_IP', 'ip', { ...ANN, address: '192.0.2.2' }],
  ['MAX_CONNECTIONS_PER_USER', 'user', { ...ANN, sub: 'ben' }],
] as const;

const rows = LIMITS.flatMap(([setting, scope, other]) =>
  WAYS.map((way) => [setting, way.name, way, scope, other] as const),
);

const makeWho = async ({ sub, address }: typeof ANN): Promise<Who> => ({ token: await mint({ sub }), address });

async function expectIn(line: Promise<Line | string>): Promise<Line> {
  const opened = await line;
  if (typeof opened === 'string') throw new Error(`not let in: ${opened}`);
  return opened;
}

it.each(rows)('%s lets in so many of %s, one more when one has gone, and cuts nobody', async (...row) => {
  const [setting, , { open, refusals }, scope, other] = row;
  await using service = await startStandalone({ ...ACCESS_ENV, TRUST_PROXY: '127.0.0.1', [setting]: String(MOST) });
  const ann = await makeWho(ANN);
  const { connections } = service.app.tetracast.limits;
  await using first = await expectIn(open(service, ann));
  await using second = await expectIn(open(service, ann));

  expect(await open(service, ann)).toBe(refusals[scope]);
  expect(connections.hasRoom(ANN.address, ANN.sub)).toBe(false);
  await using _someone = other === undefined ? undefined : await expectIn(open(service, await makeWho(other)));

  await service.store('news', 'to all who are in');
  await Promise.all([first.receive('to all who are in'), second.receive('to all who are in')]);
  await first[Symbol.asyncDispose]();
  await until(() => connections.hasRoom(ANN.address, ANN.sub));
  await using _next = await expectIn(open(service, ann));
});
