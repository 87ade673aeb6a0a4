export const DEFAULT_KEY_PREFIX = '{tetracast}';

/** The names in Redis of everything that belongs to one log. */
export class RedisKeys {
  readonly partition: string;
  readonly last: string;
  private readonly newsPrefix: string;

  /** `db`: announcements know no databases, so two logs in two of them must not share a name. */
  constructor(
    private readonly prefix: string,
    db: number,
  ) {
    this.partition = `${prefix}:partition`;
    this.last = `${prefix}:last`;
    this.newsPrefix = db === 0 ? `${prefix}:news:` : `${prefix}:news@${db}:`;
  }

  log(channel: string): string {
    return `${this.prefix}:log:${channel}`;
  }

  once(name: string): string {
    return `${this.prefix}:once:${name}`;
  }

  state(key: string): string {
    return `${this.prefix}:state:${key}`;
  }

  tally(name: string): string {
    return `${this.prefix}:tally:${name}`;
  }

  /** The channel of Redis on which messages of `channel` are announced. */
  news(channel: string): string {
    return this.newsPrefix + channel;
  }

  channelOfNews(news: string): string {
    return news.slice(this.newsPrefix.length);
  }
}
