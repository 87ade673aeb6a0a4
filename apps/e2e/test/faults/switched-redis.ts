import { openTcpSwitch, pollUntil, type RedisServer, startRedis, type TcpSwitch } from '@tetracast/testing';
import type { FaultyRedis } from './log-servers';

/** One Redis behind an address that can lead to another. */
export class SwitchedRedis implements FaultyRedis {
  private readonly old: AsyncDisposable[] = [];

  private constructor(
    private server: RedisServer,
    readonly address: TcpSwitch,
  ) {}

  static async start(): Promise<SwitchedRedis> {
    const server = await startRedis({ appendOnly: true });
    try {
      return new SwitchedRedis(server, await openTcpSwitch(server.port));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get busUrl(): string {
    return `redis://127.0.0.1:${this.address.port}`;
  }

  get primary(): RedisServer {
    return this.server;
  }

  async heal(): Promise<void> {
    await this.address.listen();
    await this.primary.command('PING').catch(() => this.primary.restart());
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.primary.kill(signal);
    await this.primary.restart();
  }

  /** A copy that has everything the primary has. */
  private async startReplica(): Promise<RedisServer> {
    const replica = await startRedis({ appendOnly: true, replicaOf: this.primary });
    this.old.push(replica);
    const look = (): Promise<unknown> => replica.command('INFO', 'replication');
    await pollUntil(look, (info) => String(info).includes('master_link_status:up'));
    return replica;
  }

  /** A failover to a replica that knows nothing of what is acknowledged during `tail`. */
  async failOver(tail: () => Promise<void>): Promise<void> {
    const replica = await this.startReplica();
    await replica.command('REPLICAOF', 'NO', 'ONE');
    await tail();
    await this.server.kill('SIGKILL');
    this.old.push(this.server);
    this.server = replica;
    this.address.to(replica.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.address[Symbol.asyncDispose]();
    for (const part of new Set([this.server, ...this.old])) await part[Symbol.asyncDispose]();
  }
}
