import fc from 'fast-check';
import { isChannel, isClientKey, isEvent } from '../src';

const word = fc.constantFrom(...'abzABZ059éßøЖ中語٣_.:@~-'.split(''));

export const channels = fc
  .array(word, { minLength: 1, maxLength: 80 })
  .map((letters) => letters.join(''))
  .filter(isChannel);
export const events = fc
  .array(word, { minLength: 1, maxLength: 64 })
  .map((letters) => letters.join(''))
  .filter(isEvent);
export const clientKeys = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 }).filter(isClientKey);
/** JSON values that survive JSON itself: `-0` becomes `0` there. */
export const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
export const positions = fc.record({
  epoch: fc.stringMatching(/^[A-Za-z0-9]{1,32}$/),
  seq: fc.maxSafeNat(),
});
