import type { Publication } from '@tetracast/bus';
import type { Hub } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import { nodeRuntime } from '@tetracast/node-io/runtime';
import { SharedAppends } from '../../src/relay/upstream/shared-appends';

const publication = (channel: string): Publication => ({ channel, event: 'message', data: '1', echo: true });

function appendsOver(publishAll: Hub['publishAll']): { appends: SharedAppends; batches: string[][] } {
  const batches: string[][] = [];
  const recorded: Hub['publishAll'] = (publications) => {
    batches.push(publications.map(({ channel }) => channel));
    return publishAll(publications);
  };
  return { appends: new SharedAppends({ publishAll: recorded }, nodeRuntime), batches };
}

it('what is stored in one turn is one batch, and each gets its own answer', async () => {
  const { appends, batches } = appendsOver(async (publications) =>
    publications.map(({ channel }) =>
      channel === 'ended' ? new CodedError('channel_ended', 'ended') : { id: `e-${channel}`, duplicate: false },
    ),
  );

  const [a, ended, b] = await Promise.allSettled(
    ['a', 'ended', 'b'].map((channel) => appends.append(publication(channel))),
  );
  await appends.append(publication('later'));

  expect(batches).toEqual([['a', 'ended', 'b'], ['later']]);
  expect([a, b]).toEqual([
    { status: 'fulfilled', value: 'e-a' },
    { status: 'fulfilled', value: 'e-b' },
  ]);
  expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'channel_ended' } });
});

it('a batch has at most 100 messages, and its failure is that of each', async () => {
  const { appends, batches } = appendsOver(() => Promise.reject(new Error('away')));

  const results = await Promise.allSettled(
    Array.from({ length: 150 }, (_, index) => appends.append(publication(`c${index}`))),
  );

  expect(batches.map(({ length }) => length)).toEqual([100, 50]);
  expect(results.every((result) => result.status === 'rejected')).toBe(true);
});
