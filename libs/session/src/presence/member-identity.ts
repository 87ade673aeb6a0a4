import type { Permissions } from '@tetracast/access';
import type { MemberTexts } from '@tetracast/bus';
import { createHash } from 'node:crypto';

/** Letters of an id: 96 bits. */
const ID_LENGTH = 16;

/** A member as the store keeps it. */
export interface MemberIdentity extends MemberTexts {
  readonly id: string;
}

/** What makes a connection a member. */
export interface MemberOrigin {
  readonly permissions: Permissions;
  /** The client key that the client named. */
  readonly client: string | undefined;
  readonly connectionId: () => string;
  /** Each request of the client is a connection. */
  readonly polls: boolean;
}

/**
 * A user's member is the user with the client key, if the client names one. Client keys are public, so without a token a member is one
 * connection, or a client key among the polls. A poll with neither token nor client key is none.
 */
export function identifyMember({ permissions, client, connectionId, polls }: MemberOrigin): MemberIdentity | undefined {
  const { subject: user, claims } = permissions;
  if (user === undefined && polls && client === undefined) return undefined;
  const parts =
    user === undefined ? (polls ? ['poll', client] : ['connection', connectionId()]) : ['user', user, client ?? null];
  const id = createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, ID_LENGTH);
  const info = claims?.tetracast.info;
  return {
    id,
    about: JSON.stringify({
      id,
      ...(client === undefined ? {} : { client }),
      ...(user === undefined ? {} : { user }),
    }),
    info: info === undefined ? '' : JSON.stringify(info),
  };
}
