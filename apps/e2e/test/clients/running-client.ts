import type { Message, Reset } from '@tetracast/message-model';
import { Inbox, spawnProcess } from '@tetracast/testing';
import type { Client } from './clients';

/** A line that a program prints; `programs/report.*` say when. */
type Line =
  | { readonly subscribed: true }
  | { readonly published: string }
  | { readonly reset: Reset }
  | { readonly message: Message; readonly cursor: string };

export interface Received {
  readonly message: Message;
  /** From where the client would go on, as its library says. */
  readonly cursor: string;
}

/** A running program, and what it reported. */
export interface RunningClient extends AsyncDisposable {
  /** One item for each time it subscribed. */
  readonly subscribed: Inbox<true>;
  /** The ids of what it published. */
  readonly published: Inbox<string>;
  readonly received: Inbox<Received>;
  readonly resets: Inbox<Reset>;
}

/** Only a client that hangs is silent for so long, however busy the machine is. */
const SILENCE_MS = 30_000;

/** Starts the program; waits for what it reports reject with its output once it has ended. */
export async function startClient(
  client: Client,
  url: string,
  channel: string,
  greeting: string,
): Promise<RunningClient> {
  const inbox = <T>(what: string): Inbox<T> => new Inbox<T>(`${client.name}, ${what}`, SILENCE_MS);
  const running = {
    subscribed: inbox<true>('subscribed'),
    published: inbox<string>('published'),
    received: inbox<Received>('received'),
    resets: inbox<Reset>('resets'),
  };
  const take = (text: string): void => {
    const line = JSON.parse(text) as Line;
    if ('subscribed' in line) running.subscribed.push(true);
    else if ('published' in line) running.published.push(line.published);
    else if ('reset' in line) running.resets.push(line.reset);
    else if ('message' in line) running.received.push(line);
    else throw new TypeError('not a report');
  };
  const fail = (error: Error): void => Object.values(running).forEach((each) => each.fail(error));

  const [command = '', ...args] = client.command;
  const install = client.debian === undefined ? 'npm ci' : `sudo apt-get install -y ${client.debian.join(' ')}`;
  const { PATH, HOME } = process.env;
  const program = await spawnProcess({
    command,
    args: [...args, url, channel, greeting, ...(client.options ?? [])],
    // Nothing else of this process's environment: a proxy named there would come between.
    env: { PATH, HOME, LC_ALL: 'C.UTF-8' },
    install,
    onStdout: inLines((line) => {
      try {
        take(line);
      } catch (error) {
        fail(new Error(`${client.name} wrote a line that cannot be read: ${line}`, { cause: error }));
      }
    }),
  });
  void program.exited.then(({ code, signal }) => {
    const end = `${client.name} ended (${signal ?? `exit code ${code}`})`;
    fail(new Error(`${end}. Is a package missing? Install it: ${install}\nIts output:\n${program.output()}`));
  });
  return {
    ...running,
    [Symbol.asyncDispose]: async () => {
      await program.kill();
    },
  };
}

/** Not Node's readline, which ends a line at U+2028 too. */
function inLines(take: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  };
}
