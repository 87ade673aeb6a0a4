import type { Tetracast } from '@tetracast/service-kit';
import { readMembers } from '@tetracast/session';
import type { AddCall } from '../add-call';

/** `GET /api/channels/{channel}/presence` */
export function addPresenceCall(addCall: AddCall, { bus }: Tetracast): void {
  addCall('getPresence', ({ caller, params: { channel }, query }) => {
    caller.requireRead(channel);
    return readMembers(bus, channel, query);
  });
}
