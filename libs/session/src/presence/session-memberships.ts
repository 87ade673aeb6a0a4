import type { MemberIdentity } from './member-identity';
import type { MemberOwner, Membership } from './membership';
import type { Presence } from './presence';

/** The memberships of one session. */
export class SessionMemberships {
  private current: readonly Membership[] = [];

  constructor(
    private readonly presence: Presence,
    private readonly polls: boolean,
  ) {}

  /** Joins the channels of which the session is no member. Resolves to the new memberships. @throws as `Presence.join` */
  async join(
    channels: readonly string[],
    identity: MemberIdentity,
    owner: MemberOwner,
  ): Promise<readonly Membership[]> {
    const missing = channels.filter((channel) => !this.current.some((known) => known.channel === channel));
    const joined = await this.presence.join(missing, identity, owner);
    this.current = [...this.current, ...joined];
    return joined;
  }

  /** Leaves those of these memberships that the session still has. */
  leave(memberships: readonly Membership[]): void {
    const left = this.current.filter((membership) => memberships.includes(membership));
    if (left.length === 0) return;
    this.current = this.current.filter((membership) => !left.includes(membership));
    this.presence.leave(left, this.presence.graceOf(this.polls));
  }

  leaveChannels(channels: readonly string[]): void {
    this.leave(this.current.filter(({ channel }) => channels.includes(channel)));
  }

  leaveAll(): void {
    this.leave(this.current);
  }
}
