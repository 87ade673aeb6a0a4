import type { Command } from 'commander';
import { type ServerOptions, withServer } from '../connect';
import { type Io, paint, print } from '../io';
import { type Change, followMembers } from '../presence/follow-members';
import { countMembers, type Member, type MembersQuery, readMembers } from '../presence/members';
import { printTable, timeOf } from '../table';

interface PresenceOptions extends ServerOptions {
  readonly count?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

export function addPresence(program: Command, io: Io): void {
  withServer(program.command('presence'))
    .description('list the members of a channel, or follow who joins and who leaves')
    .argument('<channel>', 'a channel that has members')
    .option('-c, --count', 'print the number of members')
    .option('-w, --watch', 'print a join for each member, then each join and leave, until Ctrl-C')
    .option('--json', 'print each member, or each join and leave, as one line of JSON')
    .action((channel: string, options: PresenceOptions) => {
      const query = { channel, options, io };
      if (options.watch === true) return watch(query, options);
      return options.count === true ? count(query) : list(query, options);
    });
}

async function count(query: MembersQuery): Promise<void> {
  print(query.io, String(await countMembers(query)));
}

async function list(query: MembersQuery, { json = false }: PresenceOptions): Promise<void> {
  const { io } = query;
  const rows: string[][] = [];
  for await (const { members } of readMembers(query)) {
    for (const member of members) {
      if (json) print(io, JSON.stringify(member));
      else rows.push([member.id, timeOf(member.since), ...wordsOf(member)]);
    }
    if (io.signal.aborted) return;
  }
  printTable(io, ['id', 'since', 'user', 'client', 'info'], rows);
}

async function watch(query: MembersQuery, { json = false, count: isCounted = false }: PresenceOptions): Promise<void> {
  const { io } = query;
  let printed: number | undefined;
  for await (const { changes, count: there } of followMembers(query)) {
    if (isCounted && there !== printed) print(io, String((printed = there)));
    if (!isCounted) for (const change of changes) printChange(io, change, json);
  }
}

function printChange(io: Io, change: Change, json: boolean): void {
  const { event, time, member } = change;
  if (json) {
    print(io, JSON.stringify(change));
    return;
  }
  const head = paint(io, io.stdout, 'dim', timeOf(time));
  const word = paint(io, io.stdout, event === 'join' ? 'green' : 'yellow', event.padEnd('leave'.length));
  const words = [member.id, ...wordsOf(member)].filter((cell) => cell !== '');
  print(io, `${head} ${word} ${words.join(' ')}`);
}

const wordsOf = ({ user = '', client = '', info }: Member): string[] => [
  user,
  client,
  info === undefined ? '' : JSON.stringify(info),
];
