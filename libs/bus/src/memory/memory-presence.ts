import type { Runtime } from '@tetracast/node-io/runtime';
import { createPresenceMessage, encodeMember } from '../presence/member-json';
import type {
  Lease,
  MemberPage,
  MemberQuery,
  MemberTexts,
  PresenceChange,
  PresenceOutcome,
} from '../presence/presence-store';
import type { MemoryWebhooks } from './memory-webhooks';
import type { MemoryLog } from './memory-log';

interface HeldMember extends MemberTexts {
  readonly since: number;
  readonly processes: ReadonlySet<string>;
}

/** The members of channels in the memory of one process. */
export class MemoryPresence {
  private readonly channels = new Map<string, Map<string, HeldMember>>();
  private readonly leases = new Map<string, number>();

  constructor(
    private readonly log: MemoryLog,
    private readonly runtime: Runtime,
    private readonly webhooks: MemoryWebhooks,
  ) {}

  renewLease(process: string, leaseMs: number, isNew: boolean): Lease {
    const now = this.runtime.now();
    const isHeld = isNew || this.hasLease(process);
    if (isHeld) this.leases.set(process, now + leaseMs);
    const expired = [...this.leases].filter(([, expiresAt]) => expiresAt <= now).map(([name]) => name);
    return { epoch: this.log.epoch, isHeld, expired };
  }

  change(process: string, changes: readonly PresenceChange[], maxMembers: number): PresenceOutcome {
    const { epoch } = this.log;
    if (!this.hasLease(process)) return { epoch, isHeld: false, refused: [] };
    const refused = changes.flatMap((change, index) => {
      if (change.kind === 'leave') this.release(process, change.channel, change.member);
      else if (!this.hold(process, change, maxMembers)) return [index];
      return [];
    });
    return { epoch, isHeld: true, refused };
  }

  releaseExpired(process: string): boolean {
    if (this.hasLease(process)) return false;
    for (const [channel, members] of this.channels)
      for (const member of [...members.keys()]) this.release(process, channel, member);
    this.leases.delete(process);
    return true;
  }

  read(channel: string, { page, limit }: MemberQuery): MemberPage {
    const { epoch, head } = this.log.positions([], false);
    const members = this.channels.get(channel) ?? new Map<string, HeldMember>();
    // By id, so that the pages fit together while members come and go.
    const ids = [...members.keys()].sort().filter((id) => page === undefined || id > page);
    const shown = ids.slice(0, limit);
    const next = shown.length > 0 && shown.length < ids.length ? shown.at(-1) : undefined;
    return {
      ...{ epoch, head, count: members.size },
      members: shown.flatMap((id) => {
        const member = members.get(id);
        return member === undefined ? [] : [encodeMember(member, member.since)];
      }),
      ...(next === undefined ? {} : { next }),
    };
  }

  private hasLease(process: string): boolean {
    return (this.leases.get(process) ?? 0) > this.runtime.now();
  }

  /** `false` if the channel has no room. */
  private hold(process: string, { channel, member, about, info }: PresenceChange, maxMembers: number): boolean {
    const members = this.channels.get(channel) ?? new Map<string, HeldMember>();
    const known = members.get(member);
    if (known === undefined && members.size >= maxMembers) return false;
    this.channels.set(channel, members);
    const since = known?.since ?? this.runtime.now();
    const processes = new Set([...(known?.processes ?? []), process]);
    members.set(member, { about: known?.about ?? about, info, since, processes });
    const data = encodeMember({ about: known?.about ?? about, info }, since);
    if (known?.info !== info) this.announce('join', channel, data);
    if (known === undefined && members.size === 1) this.webhooks.add('channel.occupied', channel, 'null');
    if (known === undefined) this.webhooks.add('member.joined', channel, data);
    return true;
  }

  private release(process: string, channel: string, member: string): void {
    const members = this.channels.get(channel);
    const known = members?.get(member);
    if (members === undefined || known?.processes.has(process) !== true) return;
    const processes = new Set([...known.processes].filter((other) => other !== process));
    if (processes.size > 0) {
      members.set(member, { ...known, processes });
      return;
    }
    members.delete(member);
    if (members.size === 0) this.channels.delete(channel);
    const data = encodeMember({ about: known.about, info: '' }, known.since);
    this.announce('leave', channel, data);
    this.webhooks.add('member.left', channel, data);
    if (members.size === 0) this.webhooks.add('channel.vacated', channel, 'null');
  }

  private announce(kind: 'join' | 'leave', channel: string, data: string): void {
    this.log.append(createPresenceMessage(kind, channel, data));
  }
}
