import { CodedError } from '@tetracast/message-model';
import type { TokenClaims } from './claims';
import { ChannelPatterns } from './patterns';

/** Namespaces that are closed, whatever the patterns say. */
export interface ClosedNamespaces {
  readonly subscribe: ReadonlySet<string>;
  readonly publish: ReadonlySet<string>;
}

/** Which namespaces are closed to whom. */
export interface Closures {
  /** To clients without a token, besides those in `closed`. Default: none. */
  readonly needsToken?: ClosedNamespaces;
  /** To all clients. Default: none. */
  readonly closed?: ClosedNamespaces;
}

const NONE_CLOSED: ClosedNamespaces = { subscribe: new Set(), publish: new Set() };

/** What a client may do, and until when. */
export class Permissions {
  private readonly subscribe: ChannelPatterns;
  private readonly publish: ChannelPatterns;

  private constructor(
    subscribe: readonly string[],
    publish: readonly string[],
    /** Absent for a client without a token. */
    readonly claims?: TokenClaims,
    private readonly everybody?: Permissions,
    /** Closed to all clients. */
    private readonly closed?: ClosedNamespaces,
    /** Closed to this one. */
    closedHere = closed,
  ) {
    this.subscribe = new ChannelPatterns(subscribe, claims?.sub, closedHere?.subscribe);
    this.publish = new ChannelPatterns(publish, claims?.sub, closedHere?.publish);
  }

  /** The permissions in a token, together with those of everybody. */
  static of(claims: TokenClaims, everybody?: Permissions): Permissions {
    return new Permissions(claims.tetracast.subscribe, claims.tetracast.publish, claims, everybody, everybody?.closed);
  }

  /** The permissions of everybody; a pattern with `{sub}` covers nothing. */
  static anonymous(
    subscribe: readonly string[],
    publish: readonly string[],
    { needsToken = NONE_CLOSED, closed = NONE_CLOSED }: Closures = {},
  ): Permissions {
    const closedHere = {
      subscribe: new Set([...closed.subscribe, ...needsToken.subscribe]),
      publish: new Set([...closed.publish, ...needsToken.publish]),
    };
    return new Permissions(subscribe, publish, undefined, undefined, closed, closedHere);
  }

  get subject(): string | undefined {
    return this.claims?.sub;
  }

  get tokenId(): string | undefined {
    return this.claims?.jti;
  }

  /** In ms since 1970; whole seconds in most tokens. */
  get issuedAtMs(): number | undefined {
    return inMs(this.claims?.iat);
  }

  /** The `exp` of the token, without leeway; absent: it does not expire. */
  get expiresAtMs(): number | undefined {
    return inMs(this.claims?.exp);
  }

  /** Whether the token may revoke others. It adds no channels: an administrator's token lists its channels like any other. */
  get isAdmin(): boolean {
    return this.claims?.tetracast.admin ?? false;
  }

  /** Whether it allows nothing at all. */
  get isNothing(): boolean {
    return this.subscribe.isNone && this.publish.isNone && this.everybody?.isNothing !== false;
  }

  /** Whether it allows to publish to every channel that a client can use. */
  get mayPublishEverywhere(): boolean {
    return this.publish.isAll || this.everybody?.mayPublishEverywhere === true;
  }

  maySubscribe(channel: string): boolean {
    return this.subscribe.cover(channel) || this.everybody?.maySubscribe(channel) === true;
  }

  mayPublish(channel: string): boolean {
    return this.publish.cover(channel) || this.everybody?.mayPublish(channel) === true;
  }

  /** @throws CodedError `forbidden`, or `unauthorized` without a token, that names the first channel without permission. */
  requireSubscribe(channels: readonly string[]): void {
    for (const channel of channels) if (!this.maySubscribe(channel)) throw this.refusal('subscribe', channel);
  }

  /** @throws CodedError `forbidden`, or `unauthorized` without a token. */
  requirePublish(channel: string): void {
    if (!this.mayPublish(channel)) throw this.refusal('publish', channel);
  }

  /** @throws CodedError `forbidden` */
  requireAdmin(): void {
    if (!this.isAdmin) throw new CodedError('forbidden', 'only a token with "admin" can revoke tokens: send one');
  }

  private refusal(act: 'subscribe' | 'publish', channel: string): CodedError {
    return this.claims === undefined
      ? new CodedError('unauthorized', `Send a token to ${act} to ${channel}`)
      : new CodedError('forbidden', `The token does not allow to ${act} to ${channel}`);
  }
}

const inMs = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);
