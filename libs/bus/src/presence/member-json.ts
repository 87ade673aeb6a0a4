import { companionOf, JOIN_EVENT, LEAVE_EVENT } from '@tetracast/message-model';
import type { Publication } from '../publication';
import type { MemberTexts } from './presence-store';

/** The JSON of a member that joined at `since`, in ms since 1970. The script of Redis writes the same. */
export function encodeMember({ about, info }: MemberTexts, since: number): string {
  return `${about.slice(0, -1)},"since":${since}${info === '' ? '' : `,"info":${info}`}}`;
}

/** The message that says that a member has come, or has gone. */
export function createPresenceMessage(kind: 'join' | 'leave', channel: string, data: string): Publication {
  return { channel: companionOf(channel), event: kind === 'join' ? JOIN_EVENT : LEAVE_EVENT, data, echo: true };
}
