import type { Command } from 'commander';
import { type ApiOptions, connectApi, withApi } from '../connect';
import { type Io, paint, print } from '../io';
import { printableJson } from '../printable';
import { printTable, timeOf } from '../table';

interface ChannelsOptions extends ApiOptions {
  readonly prefix?: string;
  readonly json?: boolean;
}

interface ConnectionsOptions extends ApiOptions {
  readonly channel?: string;
  readonly user?: string;
  readonly client?: string;
  readonly json?: boolean;
}

export function addChannels(program: Command, io: Io): void {
  withApi(program.command('channels'))
    .description('list the channels that have messages, by the server API')
    .option('--prefix <text>', 'only channels whose names begin with it')
    .option('--json', 'print each channel as one line of JSON')
    .action((options: ChannelsOptions) => listChannels(options, io));
}

export function addConnections(program: Command, io: Io): void {
  withApi(program.command('connections'))
    .description('list the connections of all processes, by the server API')
    .option('--channel <name>', 'only those with this channel')
    .option('--user <name>', 'only those of this user')
    .option('--client <key>', 'only those of this client key')
    .option('--json', 'print each connection as one line of JSON')
    .action((options: ConnectionsOptions) => listConnections(options, io));
}

async function listChannels(options: ChannelsOptions, io: Io): Promise<void> {
  const { prefix, json = false } = options;
  const rows: string[][] = [];
  for await (const item of connectApi(options, io).channels(prefix === undefined ? {} : { prefix })) {
    const { channel, messages, lastMessageAt, subscribers } = item;
    if (json) print(io, printableJson(item));
    const connected = Object.entries(subscribers).map(([transport, count]) => `${transport} ${count}`);
    rows.push([channel, String(messages), timeOf(lastMessageAt), connected.join(', ')]);
    if (io.signal.aborted) return;
  }
  if (!json) printTable(io, ['channel', 'messages', 'last message', 'subscribers'], rows);
}

async function listConnections(options: ConnectionsOptions, io: Io): Promise<void> {
  const { channel, user, client, json = false } = options;
  const api = connectApi(options, io);
  const given = Object.entries({ channel, user, client }).filter(([, value]) => value !== undefined);
  const query: object = Object.fromEntries(given);
  const rows: string[][] = [];
  const missing = new Set<string>();
  for (let page: string | undefined = ''; page !== undefined && !io.signal.aborted;) {
    const answer = await api.listConnections({ ...query, ...(page === '' ? {} : { page }) });
    for (const item of answer.connections) {
      if (json) print(io, printableJson(item));
      const { id, transport, address, since, user: subject = '', channels, behind } = item;
      rows.push([id, transport, address, timeOf(since), subject, channels.join(','), behind ? 'behind' : '']);
    }
    for (const name of answer.missing) missing.add(name);
    ({ page } = answer);
  }
  if (!json) printTable(io, ['id', 'transport', 'address', 'since', 'user', 'channels', ''], rows);
  for (const name of missing) {
    const warning = `the process ${name} did not answer: its connections are not in the list`;
    io.stderr.write(`${paint(io, io.stderr, 'yellow', warning)}\n`);
  }
}
