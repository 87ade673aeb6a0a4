import type { PresenceStore } from '@tetracast/bus';
import { CodedError, encodeCursor, type Member, type Members } from '@tetracast/message-model';

const DEFAULT_LIMIT = 100;

interface Query {
  /** The `page` of the answer before. */
  readonly page?: string | undefined;
  /** About how many members; 0: their number alone. Default 100. */
  readonly limit?: number | undefined;
}

/** A page of the members of a channel, with the cursor of the first page. @throws CodedError `invalid_request`; BusUnavailableError */
export async function readMembers(
  store: PresenceStore,
  channel: string,
  { page, limit = DEFAULT_LIMIT }: Query,
): Promise<Members> {
  const from = page === undefined ? undefined : parsePage(page);
  const found = await store.readMembers(channel, { limit, ...(from === undefined ? {} : { page: from.next }) });
  const cursor = from?.cursor ?? encodeCursor({ epoch: found.epoch, seq: found.head });
  return {
    members: found.members.map((text) => JSON.parse(text) as Member),
    count: found.count,
    cursor,
    ...(found.next === undefined ? {} : { page: formatPage(cursor, found.next) }),
  };
}

function formatPage(cursor: string, next: string): string {
  return Buffer.from(`${cursor} ${next}`).toString('base64url');
}

function parsePage(page: string): { readonly cursor: string; readonly next: string } {
  const [, cursor, next] =
    /^([A-Za-z0-9]+-[0-9]+) ([\w-]{1,64})$/.exec(Buffer.from(page, 'base64url').toString()) ?? [];
  if (cursor === undefined || next === undefined)
    throw new CodedError(
      'invalid_request',
      '"page" is not one that the server gave out: send that of the answer before',
    );
  return { cursor, next };
}
