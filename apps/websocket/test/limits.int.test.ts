import { openWebSocketWire, type WebSocketWire } from '@tetracast/testing';
import type { TestService } from '@tetracast/service-kit/testing';
import { startService } from './start-service';

const open = ({ url }: TestService): Promise<WebSocketWire> => openWebSocketWire(`${url}/ws`);

/** The codes of the next `count` answers, `ok` where it is none. */
async function answers(socket: WebSocketWire, count: number): Promise<string[]> {
  const codes: string[] = [];
  while (codes.length < count) {
    const frame = await socket.next();
    codes.push(frame.type === 'error' ? frame.code : 'ok');
  }
  return codes;
}

describe('a frame', () => {
  it('after frame in spite of refusals has the line cut with 4100', async () => {
    await using service = await startService({ PUBLISH_RATE: '2/5000/5000' });
    await using socket = await open(service);
    await socket.nextOf('welcome');

    for (let data = 0; data < 100; data++) socket.send({ type: 'publish', channel: 'a', data });

    expect(await socket.closed).toMatchObject({ code: 4100 });
  });

  it('may carry data as deep as maxDataDepth', async () => {
    await using service = await startService({}, { fixed: { maxDataDepth: 2 } });
    await using socket = await open(service);
    await socket.nextOf('welcome');

    socket.send({ type: 'publish', channel: 'a', data: [{}] });
    socket.send({ type: 'publish', channel: 'a', data: [{ a: {} }] });

    expect(await answers(socket, 2)).toEqual(['ok', 'invalid_message']);
  });

  it('names no channel that is nested deeper than the stack', async () => {
    await using service = await startService();
    await using socket = await open(service);
    await socket.nextOf('welcome');

    for (const depth of [4000, 50_000])
      socket.send(`{"type":"subscribe","channels":[${'['.repeat(depth)}${']'.repeat(depth)}]}`);

    // The second one is not even parsed.
    expect(await answers(socket, 2)).toEqual(['invalid_channel', 'invalid_frame']);
  });
});
