import { createEpoch } from '../epoch';

export const DEFAULT_KEY_PREFIX = '{tetracast}';

/** Stands where a channel's name would: no client can name it, since none begins so. */
const PROOF = '$proof';

/** The names in Redis of everything that belongs to one log. */
export class RedisKeys {
  readonly partition: string;
  readonly last: string;
  /** Of each kind of key one, in the order of prove.lua. */
  readonly proof: readonly string[];
  /** Where this process announces what it alone hears: proofs that announcements arrive. */
  readonly proofNews: string;
  private readonly announcementPrefix: string;

  /** `db`: announcements know no databases, so two logs in two of them must not share a name. */
  constructor(
    private readonly prefix: string,
    db: number,
  ) {
    this.partition = `${prefix}:partition`;
    this.last = `${prefix}:last`;
    this.announcementPrefix = db === 0 ? `${prefix}:news:` : `${prefix}:news@${db}:`;
    this.proof = [
      ...[this.partition, this.last, this.log(PROOF)],
      ...[this.idempotency(PROOF), this.value(PROOF), this.rateCount(PROOF)],
    ];
    this.proofNews = this.announcementChannel(`${PROOF}:${createEpoch()}`);
  }

  log(channel: string): string {
    return `${this.prefix}:log:${channel}`;
  }

  idempotency(name: string): string {
    return `${this.prefix}:once:${name}`;
  }

  value(key: string): string {
    return `${this.prefix}:state:${key}`;
  }

  rateCount(name: string): string {
    return `${this.prefix}:tally:${name}`;
  }

  /** The channel of Redis on which messages of `channel` are announced. */
  announcementChannel(channel: string): string {
    return this.announcementPrefix + channel;
  }

  channelOfAnnouncement(news: string): string {
    return news.slice(this.announcementPrefix.length);
  }
}
