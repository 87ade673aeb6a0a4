import { Redis, type RedisOptions } from 'ioredis';
import type { Socket } from 'node:net';
import { BusUnavailableError } from '../../message-log';
import { addressOptions, type RedisAddress } from '../address/redis-address';
import { backOffMs, LeftCount } from './back-off';
import { CommandTimeouts, NoAnswerError } from './command-timeouts';
import type { Problems } from '../problems';
import { reasonOf } from './reason';
import { type RedisWithScripts, SCRIPTS } from '../scripts/scripts';
import { readServerInfo, type ServerInfo } from './server-info';
import { isSpurious, toBusError, isReplicaError } from './unavailable';

export interface RedisConnectionOptions {
  /** How long to wait for one answer, and for the first connection. Default 2000. */
  readonly commandTimeoutMs?: number;
  /** Gets the reason of each failure. */
  readonly problems?: Pick<Problems, 'report'>;
  /** Part of the set-up of every new connection, which is left if this is rejected. */
  readonly setUp?: (redis: RedisWithScripts) => Promise<unknown>;
}

const DEFAULT_COMMAND_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One connection to Redis that comes back by itself and never queues: while it is away every command is refused at once.
 * Only what is asked before the very first attempt has ended waits for that. It stands once its set-up has passed: the
 * server has loaded its data, is no replica, and selected the database. On any other server nothing is ever run.
 */
export class RedisConnection {
  readonly redis: RedisWithScripts;
  private readonly deadlines: CommandTimeouts;
  private readonly firstAttempt: Promise<void>;
  private endFirstAttempt: () => void = () => undefined;
  private endHandshake: () => void = () => undefined;
  private readonly readyListeners: (() => void)[] = [];
  private attempted = false;
  private corked = false;
  private closed = false;
  /** The one whose set-up has passed. */
  private admitted: { readonly stream: Socket; readonly server: ServerInfo } | undefined;
  private lastError: Error | undefined;
  private isBlamed = false;
  private readonly left = new LeftCount();
  private heldUntil = 0;
  private primary: { readonly host: string; readonly port: number } | undefined;

  /** @param name how the connection is called in `CLIENT LIST` */
  constructor(
    private readonly address: RedisAddress,
    name: string,
    private readonly options: RedisConnectionOptions = {},
  ) {
    const { commandTimeoutMs = DEFAULT_COMMAND_TIMEOUT_MS } = options;
    this.deadlines = new CommandTimeouts(commandTimeoutMs);
    this.redis = new Redis({
      ...this.redisOptions(name, commandTimeoutMs),
      ...addressOptions(address, commandTimeoutMs),
    }) as RedisWithScripts;
    this.redis.on('connecting', () => {
      this.isBlamed = false;
    });
    this.redis.on('connect', () => void this.expectReady());
    this.redis.on('ready', () => {
      this.endHandshake();
      void this.admit();
    });
    this.redis.on('error', (error) => {
      if (!isSpurious(error)) this.blame(error);
    });
    this.redis.on('close', () => {
      this.endHandshake();
      if (!this.isBlamed) this.blame(new Error('the connection was closed by Redis or by something on the way'));
    });
    this.firstAttempt = this.connect();
  }

  get isReady(): boolean {
    return this.server !== undefined;
  }

  /** The server at the other end; `undefined` while the line does not stand. */
  get server(): ServerInfo | undefined {
    const { redis, admitted } = this;
    return redis.status === 'ready' && redis.stream === admitted?.stream ? admitted.server : undefined;
  }

  private get isHeld(): boolean {
    return Date.now() < this.heldUntil;
  }

  /** Called each time the line stands. */
  onReady(listener: () => void): void {
    this.readyListeners.push(listener);
  }

  /** Runs a command, or several that are sent together; rejects with what the port promises. */
  async run<T>(command: (redis: RedisWithScripts) => Promise<T>): Promise<T> {
    if (!this.attempted) await this.firstAttempt;
    if (!this.isReady || this.isHeld) throw this.awayError();
    this.corkUntilTurnEnds();
    const { stream } = this.redis;
    try {
      return await this.deadlines.within(command(this.redis));
    } catch (error) {
      // The name now leads to another server than the one that answers.
      if (isReplicaError(error as Error) && stream === this.redis.stream) this.leave(error);
      throw toBusError(error);
    }
  }

  /** Waits for an answer on this line, which is left when none comes in time: the other end may be gone without a word. */
  async expect<T>(answer: Promise<T>): Promise<T> {
    const { stream } = this.redis;
    try {
      return await this.deadlines.within(answer);
    } catch (error) {
      const isSilent = error instanceof NoAnswerError || (error as Error).cause instanceof NoAnswerError;
      if (isSilent && stream === this.redis.stream) this.leave(error);
      throw toBusError(error);
    }
  }

  /** Cuts the connection, and refuses what has no answer yet: its server is not to be used. Another one is made, after a pause. */
  leave(reason: unknown): void {
    if (!this.isOpen) return;
    this.left.add(Date.now());
    this.cut(reason);
  }

  /**
   * Refuses everything until `follow`, or for `ms`: the server at the other end is about to be replaced. What it has not
   * answered yet is refused as well.
   */
  refuseFor(ms: number): void {
    this.heldUntil = Date.now() + ms;
    if (this.isReady) this.cut(new Error('another Redis is about to become the primary'));
  }

  /** The primary is now at this address: a line that leads to another is cut, at once or as soon as it stands. */
  switchTo(host: string, port: number): void {
    this.heldUntil = 0;
    this.primary = { host, port };
    if (this.isReady) this.leaveFormerPrimary();
  }

  /** Resolves when the connection is gone, and commands that had no answer yet are refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.endFirstAttempt();
    const { redis } = this;
    // While Sentinels are asked there is none, and ioredis notes the end only when it has asked them all.
    const ended = this.isOpen ? new Promise<void>((resolve) => void redis.once('end', resolve)) : undefined;
    redis.disconnect();
    await ended;
  }

  private get isOpen(): boolean {
    const { status, stream } = this.redis;
    const isUsed = status === 'connecting' || status === 'connect' || status === 'ready';
    return isUsed && (stream as Socket | undefined)?.destroyed === false;
  }

  /** What is sent in one turn of the event loop leaves in one write: each costs more than all else about a command. */
  private corkUntilTurnEnds(): void {
    if (this.corked) return;
    this.corked = true;
    const { stream } = this.redis;
    stream.cork();
    setImmediate(() => {
      this.corked = false;
      stream.uncork();
    });
  }

  private async connect(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.endFirstAttempt = resolve;
    });
    // Why it failed is heard as an event; ioredis goes on trying.
    this.redis.connect().catch(() => undefined);
    await this.deadlines.within(ended).catch(() => undefined);
    this.attempted = true;
  }

  /** The other end may take a connection and say no more. */
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
      if (stream !== redis.stream || stream.destroyed || this.leaveFormerPrimary()) return;
      this.admitted = { stream, server };
      this.endFirstAttempt();
      for (const listener of this.readyListeners) listener();
    } catch (error) {
      if (stream === redis.stream) this.leave(error);
    }
  }

  private async setUp(): Promise<ServerInfo> {
    const { deadlines, redis } = this;
    const { db } = this.address;
    const server = readServerInfo(await deadlines.within(redis.info()));
    if (server.isLoading) throw new Error('Redis is loading its data');
    if (server.isReplica) throw new Error('this Redis is a replica');
    // ioredis did so before and goes on whatever came of it, in database 0.
    if (db !== 0) await deadlines.within(redis.select(db));
    await deadlines.within(Promise.resolve(this.options.setUp?.(redis)));
    return server;
  }

  private cut(reason: unknown): void {
    this.blame(reason);
    this.redis.stream.destroy();
  }

  private blame(reason: unknown): void {
    if (this.closed) return;
    this.isBlamed = true;
    this.lastError = reason instanceof Error ? reason : new Error(String(reason));
    this.options.problems?.report(reasonOf(reason));
    this.endFirstAttempt();
  }

  private awayError(): BusUnavailableError {
    if (this.closed) return new BusUnavailableError('The bus is closed');
    if (this.isHeld) return new BusUnavailableError('Another Redis is about to become the primary');
    const { lastError } = this;
    if (lastError === undefined) return new BusUnavailableError('Redis cannot be reached');
    return new BusUnavailableError(`Redis cannot be used: ${reasonOf(lastError)}`, { cause: lastError });
  }

  /** @returns whether it did */
  private leaveFormerPrimary(): boolean {
    const { primary, redis } = this;
    this.primary = undefined;
    const { remoteAddress, remotePort } = redis.stream;
    if (primary === undefined || (remoteAddress === primary.host && remotePort === primary.port)) return false;
    // What it has not answered yet is refused: an answer would be that of a server whose log is no longer the log.
    this.cut(new Error(`the primary is now at ${primary.host}:${primary.port}`));
    return true;
  }

  private redisOptions(connectionName: string, commandTimeoutMs: number) {
    const { left } = this;
    return {
      connectionName,
      scripts: SCRIPTS,
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: Math.min(500, commandTimeoutMs),
      // The set-up looks at the server; ioredis would print a line of its own where INFO is not allowed.
      enableReadyCheck: false,
      // Refused at once, never sent a second time: an append that had no answer may have been stored.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      // subscriptions.ts does it, since it must know when it is done.
      autoResubscribe: false,
      retryStrategy: (attempt) => backOffMs(Math.max(attempt, left.at(Date.now()))),
      sentinelRetryStrategy: backOffMs,
    } satisfies RedisOptions;
  }
}
