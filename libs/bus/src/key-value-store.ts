/**
 * Small values that expire and that every node can read, such as the channels of a Socket.IO session.
 *
 * Every method rejects with `BusUnavailableError` while the store cannot be reached.
 */
export interface KeyValueStore {
  /**
   * Keeps `value` for `ttlMs`. A key begins with its kind and a colon: where memory is bounded, many values of one kind do
   * not push out those of another.
   */
  putValue(key: string, value: string, ttlMs: number): Promise<void>;
  getValue(key: string): Promise<string | undefined>;
}
