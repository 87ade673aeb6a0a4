export const DEFAULT_KEY_PREFIX = '{tetracast}';

/** Takes the place of a channel name; no client's channel begins with `$`. */
const PROOF = '$proof';

/** The names in Redis of everything that belongs to one bus. */
export class RedisKeys {
  readonly partition: string;
  readonly last: string;
  /** One key of each kind, in the order of prove.lua. */
  readonly proof: readonly string[];
  /** The channel of this process alone, on which it proves that announcements arrive. */
  readonly proofChannel: string;
  /** The names of the processes that answer questions, by their ids. */
  readonly processes: string;
  /** The channel on which a process receives questions and answers is this prefix and its id. */
  readonly processPrefix: string;
  /** The channel of Redis on which messages of a channel are announced is this prefix and its name. */
  readonly announcementPrefix: string;

  /** `db`: Redis announces across databases, so the buses of two databases need different channel names. `processId` is unique. */
  constructor(
    private readonly prefix: string,
    db: number,
    readonly processId: string,
  ) {
    this.partition = `${prefix}:partition`;
    this.last = `${prefix}:last`;
    this.announcementPrefix = db === 0 ? `${prefix}:announce:` : `${prefix}:announce@${db}:`;
    this.processes = `${prefix}:processes`;
    this.processPrefix = db === 0 ? `${prefix}:process:` : `${prefix}:process@${db}:`;
    this.proof = [
      ...[this.partition, this.last, this.log(PROOF)],
      ...[this.idempotency(PROOF), this.value(PROOF), this.rateCount(PROOF)],
    ];
    this.proofChannel = this.announcementChannel(`${PROOF}:${processId}`);
  }

  log(channel: string): string {
    return `${this.prefix}:log:${channel}`;
  }

  /** When the leases of processes end. */
  get leases(): string {
    return `${this.prefix}:leases`;
  }

  /** The members that a process holds. */
  held(process: string): string {
    return `${this.prefix}:held:${process}`;
  }

  /** The members of a channel. */
  members(channel: string): string {
    return `${this.prefix}:members:${channel}`;
  }

  /** When the leases of relays end. */
  get relays(): string {
    return `${this.prefix}:relays`;
  }

  /** The channels of the relays of an owner. */
  relaysOf(owner: string): string {
    return `${this.prefix}:relays-of:${owner}`;
  }

  /** How many relays an owner had on one day. */
  relaysPerDay(owner: string): string {
    return `${this.prefix}:relays-per-day:${owner}`;
  }

  /** The channel of the relay with an idempotency key. */
  relayKey(key: string): string {
    return `${this.prefix}:relay-key:${key}`;
  }

  /** The last message of a channel that has ended. */
  end(channel: string): string {
    return `${this.prefix}:end:${channel}`;
  }

  /** The runs of deleted messages of a channel. */
  deleted(channel: string): string {
    return `${this.prefix}:deleted:${channel}`;
  }

  idempotency(name: string): string {
    return `${this.prefix}:idempotency:${name}`;
  }

  value(key: string): string {
    return `${this.prefix}:value:${key}`;
  }

  rateCount(name: string): string {
    return `${this.prefix}:rate:${name}`;
  }

  /** The channel on which this process receives questions and answers. */
  get processChannel(): string {
    return this.processPrefix + this.processId;
  }

  /** The channel of Redis on which messages of `channel` are announced. */
  announcementChannel(channel: string): string {
    return this.announcementPrefix + channel;
  }

  channelOfAnnouncement(name: string): string {
    return name.slice(this.announcementPrefix.length);
  }
}
