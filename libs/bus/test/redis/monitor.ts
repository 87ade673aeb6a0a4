import { Redis } from 'ioredis';

export interface Command {
  readonly name: string;
  readonly given: readonly string[];
  readonly isInScript: boolean;
}

/** Records the commands that Redis runs, also those in scripts: each after the command that runs the script. */
export class Monitor implements Disposable {
  private readonly commands: Command[] = [];
  private onEcho: () => void = () => undefined;

  private constructor(
    private readonly client: Redis,
    private readonly monitor: Redis,
  ) {
    monitor.on('monitor', (_time: string, [command = '', ...given]: string[], source: string) => {
      const name = command.toUpperCase();
      if (name === 'ECHO') this.onEcho();
      else this.commands.push({ name, given, isInScript: source === 'lua' });
    });
  }

  static async start(url: string): Promise<Monitor> {
    const client = new Redis(url);
    return new Monitor(client, await client.monitor());
  }

  /** All commands until now. */
  async seen(): Promise<readonly Command[]> {
    const over = new Promise<void>((resolve) => (this.onEcho = resolve));
    await this.client.echo('over');
    await over;
    return this.commands;
  }

  [Symbol.dispose](): void {
    this.monitor.disconnect();
    this.client.disconnect();
  }
}

const WITHOUT_KEYS = ['TIME', 'SCAN', 'PUBLISH'];
const WITH_SEVERAL_KEYS = ['EXISTS', 'UNLINK'];

/** The keys that scripts used and that were not among the keys which the caller named. */
export function unnamedKeys(commands: readonly Command[]): string[] {
  let named: readonly string[] = [];
  return commands.flatMap(({ name, given, isInScript }) => {
    if (!isInScript) named = name.startsWith('EVAL') ? given.slice(2, 2 + Number(given[1])) : [];
    if (!isInScript || WITHOUT_KEYS.includes(name)) return [];
    const used = WITH_SEVERAL_KEYS.includes(name) ? given : given.slice(0, 1);
    return used.filter((key) => !named.includes(key));
  });
}
