import { nodeRuntime, type Runtime } from '@tetracast/node-io/runtime';
import { Redis, type RedisOptions } from 'ioredis';
import type { Socket } from 'node:net';
import { BusUnavailableError } from '../../message-log';
import { addressOptions, type RedisAddress } from '../address/redis-address';
import { redisBackOffMs, DropCount } from './back-off';
import { disconnect, isOpen } from './disconnect';
import { CommandTimeouts, NoAnswerError } from './command-timeouts';
import type { Problems } from '../problems';
import { reasonOf } from './reason';
import { type RedisWithScripts, SCRIPTS } from '../scripts/scripts';
import { readServerInfo, type ServerInfo } from './server-info';
import { isSpurious, toBusError, isReplicaError } from './unavailable';

export interface RedisConnectionOptions {
  /** Timeout of one command, and of the first connection. Default 2000. */
  readonly commandTimeoutMs?: number;
  /** Default: the real clocks and timers. */
  readonly runtime?: Runtime;
  /** Gets the reason of each failure. */
  readonly problems?: Pick<Problems, 'report'>;
  /** Part of the set-up of every new connection, which is dropped if this rejects. */
  readonly setUp?: (redis: RedisWithScripts) => Promise<unknown>;
}

const DEFAULT_COMMAND_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One connection to Redis that reconnects by itself and never queues: while it is not ready it rejects every command at once.
 * Only commands before the end of the very first attempt wait for it. It is ready once its set-up has passed: the server has
 * loaded its data, is no replica, and has selected the database. On any other server no command runs.
 */
export class RedisConnection {
  readonly redis: RedisWithScripts;
  private readonly runtime: Runtime;
  private readonly timeouts: CommandTimeouts;
  private readonly firstAttempt: Promise<void>;
  private endFirstAttempt: () => void = () => undefined;
  private endHandshake: () => void = () => undefined;
  private readonly readyListeners: (() => void)[] = [];
  private attempted = false;
  private corked = false;
  private closed = false;
  /** The stream whose set-up has passed. */
  private admitted: { readonly stream: Socket; readonly server: ServerInfo } | undefined;
  private lastError: Error | undefined;
  private isReported = false;
  private readonly drops = new DropCount();
  private refusedUntil = 0;
  private primary: { readonly host: string; readonly port: number } | undefined;

  /** @param name of the connection in `CLIENT LIST` */
  constructor(
    private readonly address: RedisAddress,
    name: string,
    private readonly options: RedisConnectionOptions = {},
  ) {
    const { commandTimeoutMs = DEFAULT_COMMAND_TIMEOUT_MS, runtime = nodeRuntime } = options;
    this.runtime = runtime;
    this.timeouts = new CommandTimeouts(commandTimeoutMs, runtime);
    this.redis = new Redis({
      ...this.redisOptions(name, commandTimeoutMs),
      ...addressOptions(address, commandTimeoutMs),
    }) as RedisWithScripts;
    this.redis.on('connecting', () => {
      this.isReported = false;
    });
    this.redis.on('connect', () => void this.expectReady());
    this.redis.on('ready', () => {
      this.endHandshake();
      void this.admit();
    });
    this.redis.on('error', (error) => {
      if (!isSpurious(error)) this.reportFailure(error);
    });
    this.redis.on('close', () => {
      this.endHandshake();
      if (!this.isReported)
        this.reportFailure(new Error('the connection was closed by Redis or by something on the way'));
    });
    this.firstAttempt = this.connect();
  }

  get isReady(): boolean {
    return this.server !== undefined;
  }

  /** The server of the connection; `undefined` while it is not ready. */
  get server(): ServerInfo | undefined {
    const { redis, admitted } = this;
    return redis.status === 'ready' && redis.stream === admitted?.stream ? admitted.server : undefined;
  }

  private get isRefusing(): boolean {
    return this.runtime.now() < this.refusedUntil;
  }

  /** Calls `listener` each time the connection becomes ready. */
  onReady(listener: () => void): void {
    this.readyListeners.push(listener);
  }

  /** Runs a command, or several that are sent together. @throws BusUnavailableError as the ports promise */
  async run<T>(command: (redis: RedisWithScripts) => Promise<T>): Promise<T> {
    if (!this.attempted) await this.firstAttempt;
    if (!this.isReady || this.isRefusing) throw this.unavailableError();
    this.corkUntilTurnEnds();
    const { stream } = this.redis;
    try {
      return await this.timeouts.within(command(this.redis));
    } catch (error) {
      // The host name may lead to another server by now.
      if (isReplicaError(error as Error) && stream === this.redis.stream) this.drop(error);
      throw toBusError(error);
    }
  }

  /** Waits for an answer, and drops the connection when none comes in time: the server may be gone without a FIN. */
  async expect<T>(answer: Promise<T>): Promise<T> {
    const { stream } = this.redis;
    try {
      return await this.timeouts.within(answer);
    } catch (error) {
      const isSilent = error instanceof NoAnswerError || (error as Error).cause instanceof NoAnswerError;
      if (isSilent && stream === this.redis.stream) this.drop(error);
      throw toBusError(error);
    }
  }

  /** Drops the connection and rejects its pending commands, since its server must not be used. It reconnects after a pause. */
  drop(reason: unknown): void {
    if (!isOpen(this.redis)) return;
    this.drops.add(this.runtime.now());
    this.cut(reason);
  }

  /**
   * Rejects every command, also pending ones, for `ms` or until {@link switchTo}: another server is about to become the
   * primary.
   */
  refuseFor(ms: number): void {
    this.refusedUntil = this.runtime.now() + ms;
    if (this.isReady) this.cut(new Error('another Redis is about to become the primary'));
  }

  /** The primary is now at this address: a connection to another server is cut, now or as soon as it is ready. */
  switchTo(host: string, port: number): void {
    this.refusedUntil = 0;
    this.primary = { host, port };
    if (this.isReady) this.cutFormerPrimary();
  }

  /** Resolves when the connection has ended and its pending commands are rejected. */
  async close(): Promise<void> {
    this.closed = true;
    this.endFirstAttempt();
    await disconnect(this.redis);
  }

  /** All commands of one turn of the event loop leave in one write, which costs more than the rest of a command. */
  private corkUntilTurnEnds(): void {
    if (this.corked) return;
    this.corked = true;
    const { stream } = this.redis;
    stream.cork();
    this.runtime.setImmediate(() => {
      this.corked = false;
      stream.uncork();
    });
  }

  private async connect(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.endFirstAttempt = resolve;
    });
    // ioredis emits the failure as an event, and retries.
    this.redis.connect().catch(() => undefined);
    await this.timeouts.within(ended).catch(() => undefined);
    this.attempted = true;
  }

  /** The server may accept a connection and never answer. */
  private async expectReady(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.endHandshake = resolve;
    });
    await this.expect(ended).catch(() => undefined);
  }

  private async admit(): Promise<void> {
    const { redis } = this;
    const { stream } = redis;
    try {
      const server = await this.setUp();
      if (stream !== redis.stream || stream.destroyed || this.cutFormerPrimary()) return;
      this.admitted = { stream, server };
      this.endFirstAttempt();
      for (const listener of this.readyListeners) listener();
    } catch (error) {
      if (stream === redis.stream) this.drop(error);
    }
  }

  private async setUp(): Promise<ServerInfo> {
    const { timeouts, redis } = this;
    const { db } = this.address;
    const server = readServerInfo(await timeouts.within(redis.info()));
    if (server.isLoading) throw new Error('Redis is loading its data');
    if (server.isReplica) throw new Error('this Redis is a replica');
    // ioredis has done so before, but ignores a failure and goes on in database 0.
    if (db !== 0) await timeouts.within(redis.select(db));
    await timeouts.within(Promise.resolve(this.options.setUp?.(redis)));
    return server;
  }

  private cut(reason: unknown): void {
    this.reportFailure(reason);
    this.redis.stream.destroy();
  }

  private reportFailure(reason: unknown): void {
    if (this.closed) return;
    this.isReported = true;
    this.lastError = reason instanceof Error ? reason : new Error(String(reason));
    this.options.problems?.report(reasonOf(reason));
    this.endFirstAttempt();
  }

  private unavailableError(): BusUnavailableError {
    if (this.closed) return new BusUnavailableError('The bus is closed');
    if (this.isRefusing) return new BusUnavailableError('Another Redis is about to become the primary');
    const { lastError } = this;
    if (lastError === undefined) return new BusUnavailableError('Redis cannot be reached');
    return new BusUnavailableError(`Redis cannot be used: ${reasonOf(lastError)}`, { cause: lastError });
  }

  /** Returns whether it cut the connection. */
  private cutFormerPrimary(): boolean {
    const { primary, redis } = this;
    this.primary = undefined;
    const { remoteAddress, remotePort } = redis.stream;
    if (primary === undefined || (remoteAddress === primary.host && remotePort === primary.port)) return false;
    // Pending commands are rejected: this server's log is no longer the message log.
    this.cut(new Error(`the primary is now at ${primary.host}:${primary.port}`));
    return true;
  }

  private redisOptions(connectionName: string, commandTimeoutMs: number) {
    const { drops, runtime } = this;
    return {
      connectionName,
      scripts: SCRIPTS,
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: Math.min(500, commandTimeoutMs),
      // The set-up inspects the server; ioredis would print a warning where INFO is not allowed.
      enableReadyCheck: false,
      // Rejected at once, never sent a second time: an append without an answer may have been stored.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      // RedisSubscriptions does it, since it must know when all channels are subscribed.
      autoResubscribe: false,
      retryStrategy: (attempt) => redisBackOffMs(Math.max(attempt, drops.at(runtime.now())), runtime),
      sentinelRetryStrategy: (attempt) => redisBackOffMs(attempt, runtime),
    } satisfies RedisOptions;
  }
}
