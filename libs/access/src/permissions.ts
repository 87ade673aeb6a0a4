import { CodedError } from '@tetracast/message-model';
import type { TokenClaims } from './claims';
import { ChannelPatterns } from './patterns';

/** What a permission can allow on a channel. */
export type Act = 'subscribe' | 'publish' | 'end' | 'cancel' | 'presence';

/** Namespaces that are closed, whatever the patterns say. */
export interface ClosedNamespaces {
  readonly subscribe: ReadonlySet<string>;
  readonly publish: ReadonlySet<string>;
  /** Default: none. */
  readonly end?: ReadonlySet<string>;
  /** Default: those that are closed to publishers. */
  readonly cancel?: ReadonlySet<string>;
}

/** What else a client without a token may do. */
export interface PublicOptions {
  /** Closed to clients without a token, besides those in `closed`. Default: none. */
  readonly needsToken?: ClosedNamespaces;
  /** Closed to all clients. Default: none. */
  readonly closed?: ClosedNamespaces;
  /** Patterns of the channels that it may end. Default: none. */
  readonly end?: readonly string[];
  /** Patterns of the channels on which it may cancel without being a publisher. Default: none. */
  readonly cancel?: readonly string[];
  /** Patterns of the channels whose members it may see. Default: none. */
  readonly presence?: readonly string[];
}

/** Patterns of what few clients do: they are read at each use, and take no memory until then. */
type RarePatterns = Readonly<Partial<Record<'end' | 'cancel' | 'presence', readonly string[]>>>;

const NONE_CLOSED: ClosedNamespaces = { subscribe: new Set(), publish: new Set() };

const WORDS: Readonly<Record<Act, string>> = {
  subscribe: 'subscribe to',
  publish: 'publish to',
  end: 'end',
  cancel: 'cancel',
  presence: 'see the members of',
};

interface PermissionsParts {
  readonly rare: RarePatterns;
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
    const { tetracast } = claims;
    const { subscribe, publish } = tetracast;
    const closed = everybody?.parts.closed;
    return new Permissions(subscribe, publish, { rare: tetracast, claims, everybody, closed, holder });
  }

  /** The permissions of everybody; a pattern with `{sub}` covers nothing. */
  static anonymous(
    subscribe: readonly string[],
    publish: readonly string[],
    { needsToken = NONE_CLOSED, closed = NONE_CLOSED, end = [], cancel = [], presence = [] }: PublicOptions = {},
  ): Permissions {
    const closedHere = {
      subscribe: new Set([...closed.subscribe, ...needsToken.subscribe]),
      publish: new Set([...closed.publish, ...needsToken.publish]),
      end: new Set([...(closed.end ?? []), ...(needsToken.end ?? [])]),
      cancel: new Set([...(closed.cancel ?? closed.publish), ...(needsToken.cancel ?? needsToken.publish)]),
    };
    return new Permissions(subscribe, publish, { rare: { end, cancel, presence }, closed, closedHere });
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
    const { end = [], cancel = [], presence = [] } = this.parts.rare;
    const hasRare = end.length + cancel.length + presence.length > 0;
    return this.subscribe.isNone && this.publish.isNone && !hasRare && this.parts.everybody?.isNothing !== false;
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

  /** A permission to publish does not include it. */
  mayEnd(channel: string): boolean {
    return this.allowsRare('end', channel);
  }

  /** Every publisher of the channel may. */
  mayCancel(channel: string): boolean {
    return this.mayPublish(channel) || this.allowsRare('cancel', channel);
  }

  maySeeMembers(channel: string): boolean {
    return this.allowsRare('presence', channel);
  }

  /** @throws CodedError `forbidden`, or `unauthorized` without a token, that names the first channel without permission. */
  requireSubscribe(channels: readonly string[]): void {
    for (const channel of channels) if (!this.maySubscribe(channel)) throw this.refusal('subscribe', channel);
  }

  /** @throws CodedError `forbidden`, or `unauthorized` without a token. */
  requirePublish(channel: string): void {
    if (!this.mayPublish(channel)) throw this.refusal('publish', channel);
  }

  /** @throws CodedError `forbidden`, or `unauthorized` without a token. */
  requireEnd(channel: string): void {
    if (!this.mayEnd(channel)) throw this.refusal('end', channel);
  }

  /** @throws CodedError `forbidden`, or `unauthorized` without a token. */
  requireCancel(channel: string): void {
    if (!this.mayCancel(channel)) throw this.refusal('cancel', channel);
  }

  /** @throws CodedError `forbidden`, or `unauthorized` without a token, that names the first channel without permission. */
  requirePresence(channels: readonly string[]): void {
    for (const channel of channels) if (!this.maySeeMembers(channel)) throw this.refusal('presence', channel);
  }

  /** Only a token allows to use a relay. @throws CodedError `forbidden`, or `unauthorized` without a token. */
  requireRelay(name: string): void {
    const { relay = [] } = this.claims?.tetracast ?? {};
    if (relay.includes(name) || relay.includes('*')) return;
    if (this.claims === undefined) throw new CodedError('unauthorized', 'a relay needs a token: send one');
    throw new CodedError('forbidden', `the token does not allow to use the relay ${name}: add it to "tetracast.relay"`);
  }

  /** @throws CodedError `forbidden` */
  requireAdmin(): void {
    if (!this.isAdmin) throw new CodedError('forbidden', 'only a token with "admin" can revoke tokens: send one');
  }

  private allowsRare(act: keyof RarePatterns, channel: string): boolean {
    const { rare, claims, closed: closedToAll, closedHere = closedToAll, everybody } = this.parts;
    const closed = {
      end: closedHere?.end,
      cancel: closedHere?.cancel ?? closedHere?.publish,
      presence: closedHere?.subscribe,
    }[act];
    const { [act]: patterns = [] } = rare;
    const isAllowed = patterns.length > 0 && new ChannelPatterns(patterns, claims?.sub, closed).cover(channel);
    return isAllowed || everybody?.allowsRare(act, channel) === true;
  }

  private refusal(act: Act, channel: string): CodedError {
    const words = WORDS[act];
    return this.claims === undefined
      ? new CodedError('unauthorized', `Send a token to ${words} ${channel}`)
      : new CodedError('forbidden', `The ${this.parts.holder ?? 'token'} does not allow to ${words} ${channel}`);
  }
}

const inMs = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);
