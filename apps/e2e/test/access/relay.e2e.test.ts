import { type FakeModel, NO_LIMITS, startFakeModel } from '@tetracast/testing';
import { attempt } from './attempts/attempt';
import { CARRIERS, TRANSPORTS } from './attempts/carriers';
import { bearer } from './renewal';
import { type Standalone, startStandalone } from './start-standalone';
import { ACCESS_ENV, mint } from './tokens';

const TEXT = 'what the upstream wrote';

let model: FakeModel;
let service: Standalone;
let channel: string;
let ticket: string;

beforeAll(async () => {
  model = await startFakeModel();
  service = await startStandalone({ ...NO_LIMITS, ...ACCESS_ENV, RELAY_CHAT: model.url });
  const headers = bearer(await mint({ tetracast: { relay: ['chat'] } }));
  const response = await fetch(`${service.url}/relay/chat`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ fake: { pieces: [TEXT] } }),
  });
  await response.text();
  channel = response.headers.get('tetracast-channel') ?? '';
  ticket = response.headers.get('tetracast-ticket') ?? '';
  await service.store('news', 'not for this ticket');
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await model.stop();
});

const rows = TRANSPORTS.flatMap((transport) =>
  CARRIERS.filter(({ transports, name }) => transports.includes(transport) && name !== 'a ticket').map(
    ({ name, carry }) => [transport, name, carry] as const,
  ),
);

describe.each(rows)('%s, with the ticket of a relay in %s', (transport, _name, carry) => {
  const start = { after: 'earliest' };

  it('reads its answer, and nothing else', async () => {
    const own = { kind: 'subscribe', channel, start, until: TEXT } as const;
    const other = { kind: 'subscribe', channel: 'news', start, until: 'not for' } as const;

    expect((await attempt(service.url, transport, carry(ticket), own)).code).toBe('ok');
    expect((await attempt(service.url, transport, carry(ticket), other)).code).toBe('forbidden');
  });

  it('publishes nowhere', async () => {
    for (const to of [channel, 'news']) {
      const act = { kind: 'publish', channel: to, data: 'x' } as const;
      expect((await attempt(service.url, transport, carry(ticket), act)).code).toBe('forbidden');
    }
  });
});

it('nobody else writes into an answer, whatever the token says', async () => {
  const everything = await mint({ tetracast: { publish: ['*', 'relay:*', channel], end: ['*'] } });

  for (const transport of TRANSPORTS) {
    const act = { kind: 'publish', channel, data: 'x' } as const;
    expect((await attempt(service.url, transport, { headers: bearer(everything) }, act)).code).toBe('forbidden');
  }
});
