import { CodedError } from '@tetracast/message-model';
import type { PresenceSettings } from '../session-settings';
import type { MemberOwner } from './membership';

/** How many memberships in this process each address and each user has, also in their graces. */
export class MembershipCounts {
  private readonly counts = new Map<string, number>();

  constructor(private readonly settings: Pick<PresenceSettings, 'maxMembershipsPerIp' | 'maxMembershipsPerUser'>) {}

  /** @throws CodedError `rate_limited` */
  requireRoom({ address, user }: MemberOwner, more: number): void {
    const { maxMembershipsPerIp, maxMembershipsPerUser } = this.settings;
    this.require(`ip ${address}`, more, maxMembershipsPerIp, 'from one address');
    if (user !== undefined) this.require(`user ${user}`, more, maxMembershipsPerUser, 'of one user');
  }

  add({ address, user }: MemberOwner, change: 1 | -1): void {
    this.count(`ip ${address}`, change);
    if (user !== undefined) this.count(`user ${user}`, change);
  }

  private require(name: string, more: number, most: number, whose: string): void {
    if (most === 0 || (this.counts.get(name) ?? 0) + more <= most) return;
    throw new CodedError('rate_limited', `there are at most ${most} memberships ${whose}: leave some channels first`);
  }

  private count(name: string, change: number): void {
    const count = (this.counts.get(name) ?? 0) + change;
    if (count > 0) this.counts.set(name, count);
    else this.counts.delete(name);
  }
}
