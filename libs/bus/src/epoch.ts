import { randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const LENGTH = 12;

/** A new epoch: 12 of `[A-Za-z0-9]`, 71 random bits. */
export function createEpoch(): string {
  let epoch = '';
  for (let index = 0; index < LENGTH; index++) epoch += ALPHABET.charAt(randomInt(ALPHABET.length));
  return epoch;
}
