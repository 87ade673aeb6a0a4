/** A message as the log holds it. */
export interface Entry {
  /** Its number in the partition: 1, 2, 3 … over all channels. */
  readonly seq: number;
  /** The seq before it in its own channel, 0 for the first. */
  readonly prev: number;
  readonly channel: string;
  readonly event: string;
  /** JSON text, as published. */
  readonly data: string;
  /** When it was stored, in ms since the POSIX epoch. */
  readonly time: number;
  readonly echo: boolean;
  readonly client?: string;
  readonly user?: string;
}
