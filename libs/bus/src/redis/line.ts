import { Redis, type RedisOptions } from 'ioredis';
import type { Socket } from 'node:net';
import { BusUnavailableError } from '../bus';
import { backOffMs, MisledCount } from './back-off';
import { Deadlines } from './deadlines';
import { type RedisWithScripts, SCRIPTS } from './scripts';
import { type SentinelAddress, sentinelOptions } from './sentinel-url';
import { isReply, toBusError, toldByReplica } from './unavailable';

export interface LineOptions {
  /** How long to wait for one answer, and for the first connection. Default 2000. */
  readonly commandTimeoutMs?: number;
  /** How often a line is tried that may be silent because it is dead. Default 5000. */
  readonly heartbeatMs?: number;
}

const DEFAULT_COMMAND_TIMEOUT_MS = 2000;
const DEFAULT_HEARTBEAT_MS = 5000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One connection to Redis that comes back by itself and never queues: while it is away every command is refused at once.
 * Only what is asked before the very first attempt has ended waits for that.
 */
export class Line {
  readonly redis: RedisWithScripts;
  private readonly deadlines: Deadlines;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly firstAttempt: Promise<void>;
  private failFirstAttempt: () => void = () => undefined;
  private endHandshake: () => void = () => undefined;
  private attempted = false;
  private corked = false;
  private closed = false;
  private lastError: Error | undefined;
  private readonly misled = new MisledCount();
  private heldUntil = 0;
  private primary: { readonly host: string; readonly port: number } | undefined;

  /**
   * @param address a URL of one server, or the Sentinels that know it
   * @param name how the connection is called in `CLIENT LIST`
   */
  constructor(address: string | SentinelAddress, name: string, options: LineOptions = {}) {
    const { commandTimeoutMs = DEFAULT_COMMAND_TIMEOUT_MS, heartbeatMs = DEFAULT_HEARTBEAT_MS } = options;
    this.deadlines = new Deadlines(commandTimeoutMs);
    const redisOptions = this.redisOptions(name, commandTimeoutMs);
    this.redis = (
      typeof address === 'string'
        ? new Redis(address, redisOptions)
        : new Redis({ ...redisOptions, ...sentinelOptions(address, commandTimeoutMs) })
    ) as RedisWithScripts;
    this.redis.on('connect', () => void this.expectReady());
    this.redis.on('ready', () => {
      this.endHandshake();
      this.leaveFormerPrimary();
    });
    this.redis.on('close', () => this.endHandshake());
    this.redis.on('error', (error) => {
      this.lastError = error;
      this.failFirstAttempt();
    });
    this.firstAttempt = this.connect();
    this.heartbeat = setInterval(() => void this.probe(), heartbeatMs).unref();
  }

  get isReady(): boolean {
    return this.redis.status === 'ready';
  }

  private get isHeld(): boolean {
    return Date.now() < this.heldUntil;
  }

  /** Runs a command, or several that are sent together; rejects with what the port promises. */
  async run<T>(command: (redis: RedisWithScripts) => Promise<T>): Promise<T> {
    if (!this.attempted) await this.firstAttempt;
    if (!this.isReady || this.isHeld) throw this.awayError();
    this.cork();
    try {
      return await this.deadlines.within(command(this.redis));
    } catch (error) {
      throw toBusError(error);
    }
  }

  /**
   * Refuses everything until `follow`, or for `ms`: the server at the other end is about to be replaced. What it has not
   * answered yet is refused as well.
   */
  hold(ms: number): void {
    this.heldUntil = Date.now() + ms;
    if (this.isReady) this.redis.stream.destroy();
  }

  /** The primary is now at this address: a line that leads to another is cut, at once or as soon as it stands. */
  follow(host: string, port: number): void {
    this.heldUntil = 0;
    this.primary = { host, port };
    if (this.isReady) this.leaveFormerPrimary();
  }

  /** Resolves when the connection is gone, and commands that had no answer yet are refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.failFirstAttempt();
    clearInterval(this.heartbeat);
    const { redis } = this;
    const isUsed = redis.status === 'connecting' || redis.status === 'connect' || redis.status === 'ready';
    // While Sentinels are asked there is none, and ioredis notes the end only when it has asked them all.
    const isOpen = isUsed && (redis.stream as Socket | undefined)?.destroyed === false;
    const ended = isOpen ? new Promise<void>((resolve) => void redis.once('end', resolve)) : undefined;
    redis.disconnect();
    await ended;
  }

  /** What is sent in one turn of the event loop leaves in one write: each costs more than all else about a command. */
  private cork(): void {
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
    // ioredis goes on trying, and with Sentinels keeps the promise of `connect` open meanwhile.
    const failed = new Promise<void>((resolve) => {
      this.failFirstAttempt = resolve;
    });
    await this.deadlines.within(Promise.race([this.redis.connect(), failed])).catch(() => undefined);
    this.attempted = true;
  }

  /** The other end may take a connection and say no more; one that is loading says so again and again. */
  private async expectReady(): Promise<void> {
    const { stream } = this.redis;
    const ended = new Promise<true>((resolve) => {
      this.endHandshake = () => resolve(true);
    });
    for (let heard = -1; heard < stream.bytesRead;) {
      heard = stream.bytesRead;
      if (await this.deadlines.within(ended).catch(() => false)) return;
    }
    stream.destroy();
  }

  /** The other end may be gone without a word, which the operating system would notice only after many minutes. */
  private async probe(): Promise<void> {
    if (!this.isReady) return;
    const { stream } = this.redis;
    try {
      await this.deadlines.within(this.redis.ping());
    } catch (error) {
      if (!isReply(error) && stream === this.redis.stream) stream.destroy();
    }
  }

  private awayError(): BusUnavailableError {
    if (this.closed) return new BusUnavailableError('The bus is closed');
    if (this.isHeld) return new BusUnavailableError('Another Redis is about to become the primary');
    const { lastError } = this;
    if (lastError === undefined) return new BusUnavailableError('Redis cannot be reached');
    return new BusUnavailableError(`Redis cannot be reached: ${lastError.message}`, { cause: lastError });
  }

  private leaveFormerPrimary(): void {
    const { primary, redis } = this;
    this.primary = undefined;
    const { remoteAddress, remotePort } = redis.stream;
    if (primary === undefined || (remoteAddress === primary.host && remotePort === primary.port)) return;
    // What it has not answered yet is refused: an answer would be that of a server whose log is no longer the log.
    redis.stream.destroy();
  }

  private redisOptions(connectionName: string, commandTimeoutMs: number) {
    const { misled } = this;
    return {
      connectionName,
      scripts: SCRIPTS,
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: Math.min(500, commandTimeoutMs),
      maxLoadingRetryTime: 500,
      // Refused at once, never sent a second time: an append that had no answer may have been stored.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      // subscriptions.ts does it, since it must know when it is done.
      autoResubscribe: false,
      retryStrategy: (attempt) => backOffMs(Math.max(attempt, misled.at(Date.now()))),
      sentinelRetryStrategy: backOffMs,
      // The name now leads to another server than the one that answers.
      reconnectOnError: (error) => {
        const isReplica = toldByReplica(error);
        if (isReplica) misled.add(Date.now());
        return isReplica;
      },
    } satisfies RedisOptions;
  }
}
