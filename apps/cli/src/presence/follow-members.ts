import { TetracastError } from '@tetracast/client';
import { paint } from '../io';
import { pause } from '../pause';
import { request } from '../request';
import { type Member, type MembersQuery, readMembers } from './members';

/** How long the server may hold a poll, in seconds. */
const WAIT_S = '25';
const RETRY_MS = 1000;
const RETRY_MAX_MS = 30_000;

export interface Change {
  readonly event: 'join' | 'leave';
  /** When it happened, in ms since 1970. */
  readonly time: number;
  readonly member: Member;
}

/** What happened in one go, and how many members there are after it. */
interface Step {
  readonly changes: readonly Change[];
  readonly count: number;
}

interface Poll {
  readonly messages: readonly { readonly event: string; readonly data: unknown; readonly time: number }[];
  readonly cursor: string;
  readonly reset?: object;
}

/**
 * The changes that make the list of the members, and keep it, until Ctrl-C: at first a join of each member, then each join and leave.
 * After a reset come the joins and leaves that were missed.
 *
 * @throws TetracastError if the server refuses, or does not answer the first request
 */
export async function* followMembers(query: MembersQuery): AsyncGenerator<Step> {
  const { channel, options, io } = query;
  const members = new Map<string, Member>();

  const apply = (changes: readonly Change[]): Step => {
    const applied = changes.flatMap((change) => {
      const known = members.get(change.member.id);
      if (change.event === 'join') {
        members.set(change.member.id, change.member);
        return isSame(change.member, known) ? [] : [change];
      }
      members.delete(change.member.id);
      return known === undefined ? [] : [{ ...change, member: known }];
    });
    return { changes: applied, count: members.size };
  };
  /** What has happened since, judging by who is there. */
  const compare = async (): Promise<[changes: Change[], cursor: string]> => {
    const there = new Map<string, Member>();
    let cursor = '';
    for await (const page of readMembers(query)) {
      for (const member of page.members) there.set(member.id, member);
      ({ cursor } = page);
    }
    const time = io.runtime.now();
    const gone = [...members.values()].filter(({ id }) => !there.has(id));
    const changes = [
      ...gone.map((member): Change => ({ event: 'leave', time, member })),
      ...[...there.values()].map((member): Change => ({ event: 'join', time: member.since, member })),
    ];
    return [changes, cursor];
  };

  let [changes, cursor] = await compare();
  yield apply(changes);
  for (let failures = 0; ;) {
    try {
      const parameters = { channel, presence: 'observe', after: cursor, wait: WAIT_S, limit: '1000' };
      const answer = await request<Poll>(options, io, '/polling', { query: parameters });
      [changes, cursor] = answer.reset ? await compare() : [changesIn(answer), answer.cursor];
      failures = 0;
    } catch (error) {
      if (!(error instanceof TetracastError) || !error.isTemporary) throw error;
      if (io.signal.aborted) return;
      io.stderr.write(paint(io, io.stderr, 'dim', `${error.message}: tries again\n`));
      const randomMs = io.runtime.random() * Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** failures++);
      await pause(io, (error.retryAfterMs ?? 0) + randomMs);
      continue;
    }
    yield apply(changes);
  }
}

function changesIn({ messages }: Poll): Change[] {
  return messages.flatMap(({ event, data, time }) => {
    const [, change] = /^tetracast:(join|leave)$/.exec(event) ?? [];
    return change === undefined ? [] : [{ event: change as Change['event'], time, member: data as Member }];
  });
}

const isSame = (one: Member, other: Member | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);
