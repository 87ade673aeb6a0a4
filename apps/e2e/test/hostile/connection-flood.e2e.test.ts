import { describeUnderFire } from './describe-under-fire';
import { RawConnection } from './raw-connection';
import { upgradeRequest } from './raw-websocket';

/** Connections that are opened at once: all that a listening socket of Node holds. */
const WAVE = 500;
const WAVES = 6;
/** What the honest receive at least during each. */
const MESSAGES = 10;

const get = (target: string): Buffer => Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);

/** What they send, in turn. */
const GREETINGS: readonly Buffer[] = [
  Buffer.alloc(0),
  get('/healthz'),
  get('/polling?channel=flood&wait=1'),
  get('/sse?channel=flood'),
  get('/socket.io/?EIO=4&transport=polling'),
  upgradeRequest('/ws?channel=flood'),
  upgradeRequest('/socket.io/?EIO=4&transport=websocket'),
  get('/nowhere'),
];

describeUnderFire('a flood of connections', (attack) => {
  const expectServedWhile = async (end: (connection: RawConnection) => void): Promise<void> => {
    const { target, honest } = attack();
    for (let wave = 0; wave < WAVES; wave++) {
      const connections = await Promise.all(Array.from({ length: WAVE }, () => RawConnection.open(target.port)));
      try {
        for (const [index, connection] of connections.entries())
          await connection.send(GREETINGS[index % GREETINGS.length] ?? Buffer.alloc(0));
        await honest.expectMore(MESSAGES);
        await target.passed();
      } finally {
        for (const connection of connections) end(connection);
      }
    }
  };

  it('that closes in good order keeps nobody waiting', async () => {
    await expectServedWhile((connection) => connection.socket.end(() => connection.socket.destroy()));
  });

  it('that is reset keeps nobody waiting', async () => {
    await expectServedWhile((connection) => connection.socket.resetAndDestroy());
  });

  it('that closes at once keeps nobody waiting', async () => {
    const { target, honest } = attack();
    for (let wave = 0; wave < WAVES; wave++) {
      await Promise.all(
        Array.from({ length: WAVE }, async (_, index) => {
          const connection = await RawConnection.open(target.port);
          await connection.send(GREETINGS[index % GREETINGS.length] ?? Buffer.alloc(0));
          connection.socket.resetAndDestroy();
        }),
      );
      await target.passed();
    }
    await honest.expectMore(MESSAGES);
  });
});
