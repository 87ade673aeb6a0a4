import { type Bus, NEWEST, type Page, type Publication, type RetentionSettings } from '../../src';

/** How the suite gets at a bus and its time. */
export interface BusHarness {
  /** A bus on a log that nobody has used; closed after the test. */
  create(settings?: Partial<RetentionSettings>): Bus;
  /** Another bus on the log of `bus`, or `bus` itself where a log has only one. */
  join(bus: Bus): Bus;
  /** The clock that numbers `Entry.time`, in ms. */
  now(): Promise<number>;
  /** Lets a little time pass: some ms at most. */
  tick(): Promise<void>;
}

export const SETTINGS: RetentionSettings = { retention: { size: 1000, ttlMs: 600_000 } };

/** More bytes than any test stores. */
export const ALL = 1e9;

export function publication(channel: string, more: Partial<Publication> = {}): Publication {
  return { channel, event: 'message', data: '{"a":1}', echo: true, ...more };
}

/** Appends one message to each of `channels` in turn; the numbers they got. */
export async function appendTo(bus: Bus, ...channels: string[]): Promise<number[]> {
  const seqs: number[] = [];
  for (const channel of channels) seqs.push((await bus.append(publication(channel))).seq);
  return seqs;
}

export function readAll(bus: Bus, channel: string, seq = 0): Promise<Page> {
  return bus.read(channel, { kind: 'after', seq, limit: 10_000, bytes: ALL });
}

export function readBack(bus: Bus, channel: string, seq = NEWEST, limit = 10_000): Promise<Page> {
  return bus.read(channel, { kind: 'before', seq, limit, bytes: ALL });
}

export function seqsOf({ entries }: Pick<Page, 'entries'>): number[] {
  return entries.map(({ seq }) => seq);
}

/** Waits until the clock shows `time` or later. */
export async function passTo(harness: BusHarness, time: number): Promise<void> {
  while ((await harness.now()) < time) await harness.tick();
}

/** Every entry names the one before it. */
export function expectChain(entries: Page['entries']): void {
  expect(entries.slice(1).map(({ prev }) => prev)).toEqual(entries.slice(0, -1).map(({ seq }) => seq));
}
