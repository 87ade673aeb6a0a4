import { Socket } from 'node:net';
import { SocketSet } from '../src/socket-set';

function addTo(sockets: SocketSet, count: number): Socket[] {
  const added = Array.from({ length: count }, () => new Socket());
  for (const socket of added) sockets.add(socket);
  return added;
}

it('knows an eighth more than are open at the most, however many come and go', () => {
  const sockets = new SocketSet();
  const open = addTo(sockets, 1000);
  for (let come = 0; come < 5000; come++) {
    const [passing] = addTo(sockets, 1);
    passing?.destroy();
    expect(sockets.size).toBeLessThanOrEqual(1000 * (9 / 8) + 1);
  }
  for (const socket of open) socket.destroy();
});

it('destroys all that are open', () => {
  const sockets = new SocketSet();
  const open = addTo(sockets, 300);
  sockets.destroyAll();
  expect(open.filter(({ destroyed }) => !destroyed)).toEqual([]);
});
