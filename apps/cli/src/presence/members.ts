import type { ServerOptions } from '../connect';
import type { Io } from '../io';
import { request } from '../request';

/** A member of a channel, as the server names it. */
export interface Member {
  /** Joins and leaves of one member have the same. */
  readonly id: string;
  /** The client key. */
  readonly client?: string;
  /** The subject of the token. */
  readonly user?: string;
  /** When it joined, in ms since 1970. */
  readonly since: number;
  /** The claim `tetracast.info` of its token. */
  readonly info?: unknown;
}

interface Page {
  readonly members: readonly Member[];
  readonly count: number;
  /** Every later join and leave comes after it. */
  readonly cursor: string;
  readonly page?: string;
}

/** Where to ask, and about which channel. */
export interface MembersQuery {
  readonly channel: string;
  readonly options: ServerOptions;
  readonly io: Io;
}

export async function countMembers(query: MembersQuery): Promise<number> {
  return (await readPage(query, { limit: '0' })).count;
}

/** All members, in pages. All of them have the cursor of the first. */
export async function* readMembers(query: MembersQuery): AsyncGenerator<Page> {
  for (let page: string | undefined = ''; page !== undefined;) {
    const answer: Page = await readPage(query, { limit: '1000', ...(page === '' ? {} : { page }) });
    yield answer;
    ({ page } = answer);
  }
}

function readPage({ channel, options, io }: MembersQuery, more: Readonly<Record<string, string>>): Promise<Page> {
  return request<Page>(options, io, '/presence', { query: { channel, ...more } });
}
