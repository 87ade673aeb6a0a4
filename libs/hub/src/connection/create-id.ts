import { randomFillSync } from 'node:crypto';

const ID_BYTES = 12;
/** Ids per call for random bytes: the call costs more than an id. */
const IDS_AT_ONCE = 256;

const pool = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
let used = pool.length;

/** 96 random bits as 16 letters, which cannot be guessed. A flat string: Node keeps a UUID in pieces, which takes more memory. */
export function createId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('base64url', used, used + ID_BYTES);
  used += ID_BYTES;
  return id;
}
