import { Permissions, readClaims } from '@tetracast/access';
import { MemoryBus } from '@tetracast/bus';
import { Hub } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import { publishAll } from '../src/publish-all';
import { sessionSettings } from './session-settings';

const permissions = Permissions.of(readClaims({ sub: 'ann', tetracast: { publish: ['news', 'chat:*'] } }));

function createTarget() {
  const bus = new MemoryBus({ retention: { size: 10, ttlMs: 60_000 } });
  const hub = new Hub(bus);
  return {
    hub,
    appendAll: jest.spyOn(bus, 'appendAll'),
    send: (bodies: readonly unknown[]) =>
      publishAll({ settings: sessionSettings({ maxMessageBytes: 20 }), hub }, bodies, {
        permissions,
        idempotencyOwner: 'api',
      }),
    [Symbol.asyncDispose]: async () => {
      hub.close();
      await bus.close();
    },
  };
}

describe('publishAll', () => {
  it('stores what is accepted in one round trip, and says of each other message why it is not', async () => {
    await using target = createTarget();
    const results = await target.send([
      { channel: 'news', data: 1 },
      { channel: 'other', data: 2 },
      { channel: 'chat:1', data: 'x'.repeat(20) },
      'a text',
      { channel: 'chat:1', data: 3, idempotencyKey: 'k' },
    ]);

    expect(results.map((result) => (result instanceof CodedError ? result.code : result.channel))).toEqual([
      'news',
      'forbidden',
      'message_too_large',
      'invalid_message',
      'chat:1',
    ]);
    expect(target.appendAll).toHaveBeenCalledTimes(1);
    expect(target.appendAll.mock.calls[0]?.[0]).toEqual([
      { channel: 'news', event: 'message', data: '1', echo: true, user: 'ann' },
      {
        channel: 'chat:1',
        event: 'message',
        data: '3',
        echo: true,
        user: 'ann',
        idempotencyKey: 'k',
        idempotencyOwner: 'api',
      },
    ]);
    const { messages } = await target.hub.history.read('news', { limit: 10, order: 'asc' });
    expect(results[0]).toEqual({ id: messages[0]?.id, channel: 'news', duplicate: false });
  });
});
