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

interface PermissionsParts {
  readonly claims?: TokenClaims | undefined;
  readonly everybody?: Permissions | undefined;
  /** Closed to all clients. */
  readonly closed?: ClosedNamespaces | undefined;
  /** Closed to this one. Default: `closed`. */
  readonly closedHere?: ClosedNamespaces | undefined;
  /** What has these permissions, as a refusal names it. */
  readonly holder?: string | undefined;
}

/** What a client may do, and until when. */
export class Permissions {
  private readonly subscribe: ChannelPatterns;
  private readonly publish: ChannelPatterns;

  private constructor(
    subscribe: readonly string[],
    publish: readonly string[],
    private readonly parts: PermissionsParts,
  ) {
    const { claims, closed, closedHere = closed } = parts;
    this.subscribe = new ChannelPatterns(subscribe, claims?.sub, closedHere?.subscribe);
    this.publish = new ChannelPatterns(publish, claims?.sub, closedHere?.publish);
  }

  /** The permissions in a token, together with those of everybody. `holder`: what refusals call it, by default `token`. */
  static of(claims: TokenClaims, everybody?: Permissions, holder?: string): Permissions {
    const { subscribe, publish } = claims.tetracast;
    return new Permissions(subscribe, publish, { claims, everybody, closed: everybody?.parts.closed, holder });
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
    return new Permissions(subscribe, publish, { closed, closedHere });
  }

  /** Absent for a client without a token. */
  get claims(): TokenClaims | undefined {
    return this.parts.claims;
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
    return this.subscribe.isNone && this.publish.isNone && this.parts.everybody?.isNothing !== false;
  }

  /** Whether it allows to subscribe and to publish to every channel that a client can use. */
  get isForAllChannels(): boolean {
    return this.subscribe.isAll && this.publish.isAll;
  }

  maySubscribe(channel: string): boolean {
    return this.subscribe.cover(channel) || this.parts.everybody?.maySubscribe(channel) === true;
  }

  mayPublish(channel: string): boolean {
    return this.publish.cover(channel) || this.parts.everybody?.mayPublish(channel) === true;
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
      : new CodedError('forbidden', `The ${this.parts.holder ?? 'token'} does not allow to ${act} to ${channel}`);
  }
}

const inMs = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);
