import type { Command } from 'commander';
import { type ServerOptions, withServer } from '../connect';
import { type Io, print } from '../io';
import { request } from '../request';

interface CancelOptions extends ServerOptions {
  readonly quiet?: boolean;
}

export function addCancel(program: Command, io: Io): void {
  withServer(program.command('cancel'))
    .description('ask the publishers of a channel to stop')
    .argument('<channel>', 'the channel')
    .option('-q, --quiet', 'print no id')
    .action((channel: string, options: CancelOptions) => cancel(channel, options, io));
}

async function cancel(channel: string, options: CancelOptions, io: Io): Promise<void> {
  const path = `/channels/${encodeURIComponent(channel)}/cancel`;
  const { id } = await request<{ id: string }>(options, io, path, { method: 'POST' });
  if (options.quiet !== true) print(io, id);
}
