import type { Tetracast } from '@tetracast/service-kit';
import type { AddCall } from '../add-call';

/** `POST /api/revocations`: the same as `POST /revocations` with a token that has `admin`. */
export function addRevokeCall(addCall: AddCall, { access }: Tetracast): void {
  addCall('revoke', async ({ caller, body: { jti, sub } }, reply) => {
    caller.requireAllChannels();
    const what = { ...(jti !== undefined && { jti }), ...(sub !== undefined && { sub }) };
    await access.revoke(what);
    void reply.code(201);
    return what;
  });
}
