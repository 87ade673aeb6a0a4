import { judge, LOST_LOG, type Sight, type Verdict } from './judge';

const sight: Sight = {
  wanted: 'one two three',
  text: 'one two three',
  doubled: 0,
  ending: { state: 'done' },
  isStopped: false,
  excuses: new Set(['relay_lost']),
};

const verdicts: readonly (readonly [name: string, changes: Partial<Sight>, verdict: Verdict])[] = [
  ['whole', {}, { state: 'whole' }],
  ['an end too soon', { text: 'one two' }, { state: 'wrong', reason: 'done after 7 of 13' }],
  ['a hole', { text: 'one three' }, { state: 'wrong', reason: 'the text differs at 5 of 13' }],
  ['a part twice', { text: 'one one two three' }, { state: 'wrong', reason: 'the text differs at 4 of 13' }],
  ['more than there is', { text: 'one two three!' }, { state: 'wrong', reason: 'the text differs at 13 of 13' }],
  ['a message twice', { doubled: 1 }, { state: 'wrong', reason: '1 messages came twice' }],
  ['silence', { text: 'one', ending: undefined }, { state: 'wrong', reason: 'no end after 3 of 13' }],
  [
    'an end without a word',
    { text: 'one', ending: { state: 'short' } },
    { state: 'wrong', reason: 'short after 3 of 13, nobody has stopped it' },
  ],
  [
    'a failure that is explained',
    { text: 'one', ending: { state: 'failed', code: 'relay_lost' } },
    { state: 'failed', reason: 'relay_lost' },
  ],
  [
    'a failure that is not',
    { text: 'one', ending: { state: 'failed', code: 'upstream_cut' } },
    { state: 'wrong', reason: 'failed without a cause: upstream_cut' },
  ],
  [
    'a failure after a hole',
    { text: 'two', ending: { state: 'failed', code: 'relay_lost' } },
    { state: 'wrong', reason: 'the text differs at 0 of 13' },
  ],
  [
    'a failure after a hole that a lost log explains',
    { text: 'two', ending: { state: 'failed', code: 'reset epoch' }, excuses: new Set([LOST_LOG]) },
    { state: 'failed', reason: 'reset epoch' },
  ],
  [
    'a hole without a failure, though the log was lost',
    { text: 'two', excuses: new Set([LOST_LOG]) },
    { state: 'wrong', reason: 'the text differs at 0 of 13' },
  ],
  ['stopped', { text: 'one', ending: { state: 'cancelled', by: 'phone' }, isStopped: true }, { state: 'stopped' }],
  [
    'stopped, in a form that has no word for it',
    { text: 'one', ending: { state: 'short' }, isStopped: true },
    { state: 'stopped' },
  ],
  [
    'stopped, and it does not say by whom',
    { text: 'one', ending: { state: 'cancelled' }, isStopped: true },
    { state: 'wrong', reason: 'stopped by nobody' },
  ],
  [
    'stopped by nobody',
    { text: 'one', ending: { state: 'cancelled' } },
    { state: 'wrong', reason: 'cancelled after 3 of 13, nobody has stopped it' },
  ],
  ['not stopped', { isStopped: true }, { state: 'wrong', reason: 'done, though it was stopped' }],
];

it.each(verdicts)('%s', (_, changes, verdict) => {
  expect(judge({ ...sight, ...changes })).toEqual(verdict);
});
