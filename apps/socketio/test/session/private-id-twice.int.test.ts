import { Server } from 'socket.io';
import { madeUpPid } from './made-up-pid';
import { openPollingByHand } from '../polling-by-hand';
import { startService } from '../start-service';

describe('one private id twice on a connection', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['in two namespaces', '/a', ['/a', '/b']],
    ['in one namespace', '/a', ['/a', '/a']],
    ['in the main namespace and another', '/', ['/a']],
  ])(
    'is used once %s: the other is a client of its own, and nothing stays when it closes',
    async (_, owner, others) => {
      const bound = jest.spyOn(Server.prototype, 'bind');
      await using service = await startService();
      const [io] = bound.mock.contexts as Server[];
      const auth = { pid: madeUpPid(owner), offset: 'x' };
      const { poll, post } = await openPollingByHand(service.url, owner === '/' ? auth : {});

      // In one request, so that the second is asked for before the first is open.
      await post(...others.map((name) => `40${name},${JSON.stringify(auth)}`));
      const answers: string[] = [];
      while (answers.length < others.length) {
        answers.push(...(await poll()).filter((packet) => /^4[04]/.test(packet)));
      }
      const ids = answers.map((packet) => (JSON.parse(packet.replace(/^40[^,]*,/, '')) as { sid: string }).sid);
      expect(io!.engine.clientsCount).toBe(1);
      expect([...io!._nsps.values()].reduce((sum, { sockets }) => sum + sockets.size, 0)).toBe(others.length + 1);
      await post('1');
      while (io!.engine.clientsCount > 0) await new Promise(setImmediate);

      const left = [...io!._nsps.values()].map(({ name, sockets }) => [name, sockets.size]);
      expect(left).toEqual([['/', 0]]);
      expect(new Set(ids).size).toBe(others.length);
    },
  );
});
