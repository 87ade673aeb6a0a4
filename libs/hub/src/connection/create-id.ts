import type { Runtime } from '@tetracast/node-io/runtime';

const ID_BYTES = 12;
/** Ids per call for random bytes: the call costs more than an id. */
const IDS_AT_ONCE = 256;

/**
 * Returns a function that makes ids: 96 random bits as 16 letters, which cannot be guessed. They are flat strings: Node keeps a
 * UUID in pieces, which takes more memory.
 */
export function createIdSource(runtime: Runtime): () => string {
  const pool = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      runtime.fillRandom(pool);
      used = 0;
    }
    const id = pool.toString('base64url', used, used + ID_BYTES);
    used += ID_BYTES;
    return id;
  };
}
