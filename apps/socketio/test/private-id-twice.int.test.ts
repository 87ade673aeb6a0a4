import { Server } from 'socket.io';
import { Session } from '../src/session';
import { openPollingByHand } from './polling-by-hand';
import { startService } from './start-service';

/** Of the shape that the service gives out, though it never gave out this one. */
const MADE_UP = { pid: Session.create('s'.repeat(20)).pid, offset: 'x' };

describe('one private id twice on a connection', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['in two namespaces', {}, ['/a', '/b']],
    ['in one namespace', {}, ['/a', '/a']],
    ['in the main namespace and another', MADE_UP, ['/a']],
  ])('is refused %s, and nothing stays when it closes', async (_, main, namespaces) => {
    const bound = jest.spyOn(Server.prototype, 'bind');
    await using service = await startService();
    const [io] = bound.mock.contexts as Server[];
    const { poll, post } = await openPollingByHand(service.url, main);

    // In one request, so that the second is asked for before the first is open.
    await post(...namespaces.map((name) => `40${name},${JSON.stringify(MADE_UP)}`));
    const answers: string[] = [];
    while (answers.length < namespaces.length) {
      answers.push(...(await poll()).filter((packet) => /^4[04]/.test(packet)));
    }
    await post('1');
    while (io!.engine.clientsCount > 0) await new Promise(setImmediate);

    const left = [...io!._nsps.values()].map(({ name, sockets }) => [name, sockets.size]);
    expect(left).toEqual([['/', 0]]);
    const refusals = answers.filter((packet) => packet.startsWith('44'));
    expect(refusals).toEqual([expect.stringContaining('"code":"invalid_request"')]);
  });
});
