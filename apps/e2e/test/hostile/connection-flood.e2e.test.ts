import { describeUnderFire } from './describe-under-fire';
import { RawConnection } from './raw-connection';
import { upgradeRequest } from './raw-websocket';

/** Connections that are opened at once: all that a listening socket of Node holds. */
const WAVE = 500;
const WAVES = 6;
/** What the honest receive at least during each. */
const MESSAGES = 10;

const get = (target: string): Buffer => Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);

/** What one after the other says. */
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
  const expectServedWhile = async (end: (line: RawConnection) => void): Promise<void> => {
    const { target, honest } = attack();
    for (let wave = 0; wave < WAVES; wave++) {
      const lines = await Promise.all(Array.from({ length: WAVE }, () => RawConnection.open(target.port)));
      try {
        for (const [index, line] of lines.entries())
          await line.send(GREETINGS[index % GREETINGS.length] ?? Buffer.alloc(0));
        await honest.expectMore(MESSAGES);
        await target.passed();
      } finally {
        for (const line of lines) end(line);
      }
    }
  };

  it('that stay until they leave in good order keeps nobody waiting', async () => {
    await expectServedWhile((line) => line.socket.end(() => line.socket.destroy()));
  });

  it('that are torn down keeps nobody waiting', async () => {
    await expectServedWhile((line) => line.socket.resetAndDestroy());
  });

  it('that are gone as soon as they are there keeps nobody waiting', async () => {
    const { target, honest } = attack();
    for (let wave = 0; wave < WAVES; wave++) {
      await Promise.all(
        Array.from({ length: WAVE }, async (_, index) => {
          const line = await RawConnection.open(target.port);
          await line.send(GREETINGS[index % GREETINGS.length] ?? Buffer.alloc(0));
          line.socket.resetAndDestroy();
        }),
      );
      await target.passed();
    }
    await honest.expectMore(MESSAGES);
  });
});
