import type { PresenceStore } from '@tetracast/bus';
import { CodedError, namespaceOf } from '@tetracast/message-model';
import type { Runtime } from '@tetracast/node-io/runtime';
import type { NamespaceSettings, PresenceSettings } from '../session-settings';
import { TimeoutQueue } from '../timeout-queue';
import { HeldMembers } from './held-members';
import type { MemberIdentity } from './member-identity';
import { Membership, type MemberOwner } from './membership';
import { MembershipCounts } from './membership-counts';

/** The precision of a grace, in ms. */
const TICK_MS = 100;

/** Who is there in the channels whose namespace has presence. A member stays for a grace after its last connection. */
export class Presence {
  private readonly memberships = new Map<string, Membership>();
  private readonly namespaces: ReadonlySet<string>;
  private readonly graces: TimeoutQueue<Membership>;
  private readonly counts: MembershipCounts;
  private readonly held: HeldMembers;

  constructor(
    store: PresenceStore,
    private readonly settings: PresenceSettings & NamespaceSettings,
    private readonly runtime: Runtime,
  ) {
    const names = [...settings.namespaces].filter(([, { presence }]) => presence === true).map(([name]) => name);
    this.namespaces = new Set(names);
    this.counts = new MembershipCounts(settings);
    this.graces = new TimeoutQueue(runtime, TICK_MS, (membership: Membership) => this.onGraceOver(membership));
    this.held = new HeldMembers(store, settings, runtime, (membership) => this.forget(membership));
    // Without presence nothing runs. With it every process does, since it may have to remove the members of another.
    if (this.namespaces.size > 0) this.held.start();
  }

  /** @throws CodedError `invalid_request` if the namespace of a channel has no presence */
  requireOn(channels: readonly string[]): void {
    for (const channel of channels) {
      if (this.namespaces.has(namespaceOf(channel) ?? '')) continue;
      const text = `${channel} has no presence: the operator can set "presence" for its namespace in NAMESPACES_FILE`;
      throw new CodedError('invalid_request', text);
    }
  }

  /**
   * Adds a connection to the member of each channel. Resolves once the joins are stored.
   *
   * @throws CodedError `overloaded` if a channel has too many members, `rate_limited` if the owner has too many; BusUnavailableError;
   * then it has added none
   */
  async join(
    channels: readonly string[],
    identity: MemberIdentity,
    owner: MemberOwner,
  ): Promise<readonly Membership[]> {
    const added = channels.filter((channel) => !this.memberships.has(keyOf(channel, identity.id)));
    if (added.length > 0) this.counts.requireRoom(owner, added.length);
    const joined = channels.map((channel) => this.addConnection(channel, identity, owner));
    const results = await Promise.allSettled(joined.map((membership) => membership.whenStored()));
    const failed = results.find((result): result is PromiseRejectedResult => result.status === 'rejected');
    if (failed === undefined) return joined;
    this.leave(joined, 0);
    throw failed.reason as Error;
  }

  /** A connection of these members has closed. Those that have no other leave after the grace. */
  leave(memberships: readonly Membership[], graceMs: number): void {
    const now = this.runtime.monotonicMs();
    for (const membership of memberships) {
      membership.staysUntil = Math.max(membership.staysUntil, now + graceMs);
      if (--membership.connections === 0)
        membership.timeoutAt = this.graces.add(membership, membership.staysUntil - now);
    }
  }

  /** How long a member stays after a connection, in ms: that of a client that polls, or another one. */
  graceOf(polls: boolean): number {
    return polls ? this.settings.presencePollGraceMs : this.settings.presenceGraceMs;
  }

  /** The process ends: another process removes its members when their graces are over. */
  async close(): Promise<void> {
    const now = this.runtime.monotonicMs();
    let graceMs = this.settings.presenceGraceMs;
    for (const membership of this.memberships.values()) {
      graceMs = Math.max(graceMs, membership.staysUntil - now);
      this.endGrace(membership);
    }
    await this.held.close(graceMs);
  }

  private addConnection(channel: string, identity: MemberIdentity, owner: MemberOwner): Membership {
    const key = keyOf(channel, identity.id);
    const known = this.memberships.get(key);
    const membership = known ?? new Membership(channel, identity, owner);
    if (known === undefined) {
      this.memberships.set(key, membership);
      this.counts.add(owner, 1);
    }
    membership.connections++;
    this.endGrace(membership);
    const isSame = membership.isStored && membership.isWanted && membership.identity.info === identity.info;
    if (isSame) return membership;
    membership.identity = identity;
    membership.isWanted = true;
    this.held.change(membership);
    return membership;
  }

  private endGrace(membership: Membership): void {
    if (membership.timeoutAt !== undefined) this.graces.remove(membership, membership.timeoutAt);
    membership.timeoutAt = undefined;
  }

  private onGraceOver(membership: Membership): void {
    membership.timeoutAt = undefined;
    membership.isWanted = false;
    this.held.change(membership);
  }

  private forget({ channel, identity, owner }: Membership): void {
    if (this.memberships.delete(keyOf(channel, identity.id))) this.counts.add(owner, -1);
  }
}

function keyOf(channel: string, member: string): string {
  return `${channel}\n${member}`;
}
