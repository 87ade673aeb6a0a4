import { once } from 'node:events';
import { corkUntilTurnEnds } from '../src/sockets/coalescing-writer';
import { openSockets, spyOnHandle } from './open-sockets';

describe('corkUntilTurnEnds', () => {
  it('lets all that is written until the end of the turn leave in one write, promises behind promises included', async () => {
    await using ends = await openSockets();
    const together = spyOnHandle(ends.near, 'writev');
    const alone = spyOnHandle(ends.near);

    corkUntilTurnEnds(ends.near);
    ends.near.write('a');
    for (let i = 0; i < 10; i++) await Promise.resolve();
    ends.near.write(Buffer.from('b'));
    expect(ends.near.bytesWritten).toBe(2);
    expect(together).not.toHaveBeenCalled();
    ends.far.resume();
    const [bytes] = (await once(ends.far, 'data')) as [Buffer];

    expect(bytes.toString()).toBe('ab');
    expect(together).toHaveBeenCalledTimes(1);
    ends.near.write(Buffer.from('c'));
    expect(alone).toHaveBeenCalledTimes(1);
  });

  it('holds back no end', async () => {
    await using ends = await openSockets();

    corkUntilTurnEnds(ends.near);
    ends.near.end('last');
    ends.far.resume();
    const [bytes] = (await once(ends.far, 'data')) as [Buffer];

    expect(bytes.toString()).toBe('last');
    await once(ends.far, 'end');
  });
});
