import type { PresenceStore } from '@tetracast/bus';
import { encodeCursor, type Member, type Members } from '@tetracast/message-model';
import { decodePage, encodePage } from '../page';

const DEFAULT_LIMIT = 100;

/** The cursor of the first page, and where the store begins this one. */
const PAGE = /^([A-Za-z0-9]+-[0-9]+) ([\w-]{1,64})$/;

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
  const [first, from] = page === undefined ? [] : decodePage(page, PAGE);
  const found = await store.readMembers(channel, { limit, ...(from === undefined ? {} : { page: from }) });
  const cursor = first ?? encodeCursor({ epoch: found.epoch, seq: found.head });
  return {
    members: found.members.map((text) => JSON.parse(text) as Member),
    count: found.count,
    cursor,
    ...(found.next === undefined ? {} : { page: encodePage(cursor, found.next) }),
  };
}
