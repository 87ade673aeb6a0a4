import type { Client } from '@tetracast/client';
import type { Command } from 'commander';
import { createInterface } from 'node:readline';
import { connect, type ServerOptions, withServer } from '../connect';
import { type Io, print } from '../io';

interface PubOptions extends ServerOptions {
  readonly event?: string;
  readonly json?: boolean;
  readonly key?: string;
  readonly quiet?: boolean;
}

/** So many lines wait for their acknowledgement; then reading pauses. */
const PENDING_MAX = 100;

export function addPub(program: Command, io: Io): void {
  withServer(program.command('pub'))
    .description('publish a message, or each line of stdin')
    .argument('<channel>', 'the channel')
    .argument('[data]', 'the data; "-" or nothing: each line of stdin is one message')
    .option('-e, --event <name>', 'its event')
    .option('--json', 'the data is JSON; by default it is text')
    .option('-k, --key <key>', 'idempotency key of the one message')
    .option('-q, --quiet', 'print no ids')
    .action((channel: string, data: string | undefined, options: PubOptions) => publish(channel, data, options, io));
}

async function publish(channel: string, data: string | undefined, options: PubOptions, io: Io): Promise<void> {
  await using client = connect(options, io, { transports: ['polling'] });
  if (data !== undefined && data !== '-') await send(client, channel, data, options, io);
  else await publishLines(client, channel, options, io);
}

async function publishLines(client: Client, channel: string, options: PubOptions, io: Io): Promise<void> {
  // The first failure ends the reading, also of a pipe that stays open.
  const failing = new AbortController();
  const signal = AbortSignal.any([io.signal, failing.signal]);
  let pending: Promise<void>[] = [];
  for await (const line of createInterface({ input: io.stdin, signal })) {
    const sent = send(client, channel, line, options, io);
    sent.catch(() => failing.abort());
    pending.push(sent);
    if (pending.length < PENDING_MAX) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
}

async function send(client: Client, channel: string, text: string, options: PubOptions, io: Io): Promise<void> {
  const { event, key: idempotencyKey, json = false, quiet = false } = options;
  const { id } = await client.publish(channel, json ? parse(text) : text, { event, idempotencyKey });
  if (!quiet) print(io, id);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`not JSON: ${text}. Without --json it is published as text`);
  }
}
