import type { Runtime } from '@tetracast/node-io/runtime';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const LENGTH = 12;
/** Random bytes per call to the runtime, which costs more than an epoch. */
const POOL_BYTES = 1024;
/** Bytes from here on would make the first letters of the alphabet more likely. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);

/** Returns a function that makes epochs: 12 of `[A-Za-z0-9]`, 71 random bits. */
export function createEpochSource(runtime: Runtime): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    let epoch = '';
    while (epoch.length < LENGTH) {
      if (used === POOL_BYTES) {
        runtime.fillRandom(pool);
        used = 0;
      }
      const byte = pool[used++] as number;
      if (byte < FAIR_BYTES) epoch += ALPHABET.charAt(byte % ALPHABET.length);
    }
    return epoch;
  };
}
