import { Redis, type RedisOptions } from 'ioredis';
import { BusUnavailableError } from '../bus';
import { type RedisWithScripts, SCRIPTS } from './scripts';
import { isReply, toBusError } from './unavailable';

export interface LineOptions {
  /** How long to wait for one answer, and for the first connection. Default 2000. */
  readonly commandTimeoutMs?: number;
  /** How often a line is tried that may be silent because it is dead. Default 5000. */
  readonly heartbeatMs?: number;
}

const DEFAULT_COMMAND_TIMEOUT_MS = 2000;
const DEFAULT_HEARTBEAT_MS = 5000;
const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_ATTEMPT_TICKS = 20;
const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 2000;

/**
 * One connection to Redis that comes back by itself and never queues: while it is away every command is refused at once.
 * Only what is asked before the very first attempt has ended waits for that.
 */
export class Line {
  readonly redis: RedisWithScripts;
  private readonly commandTimeoutMs: number;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly firstAttempt: Promise<void>;
  private attempted = false;
  private corked = false;
  private closed = false;
  private lastError: Error | undefined;

  /** @param name how the connection is called in `CLIENT LIST` */
  constructor(url: string, name: string, options: LineOptions = {}) {
    const { commandTimeoutMs = DEFAULT_COMMAND_TIMEOUT_MS, heartbeatMs = DEFAULT_HEARTBEAT_MS } = options;
    this.commandTimeoutMs = commandTimeoutMs;
    this.redis = new Redis(url, redisOptions(name, commandTimeoutMs)) as RedisWithScripts;
    this.redis.on('error', (error) => {
      this.lastError = error;
    });
    this.firstAttempt = this.connect();
    this.heartbeat = setInterval(() => void this.probe(), heartbeatMs).unref();
  }

  get isReady(): boolean {
    return this.redis.status === 'ready';
  }

  /** Runs a command, or several that are sent together; rejects with what the port promises. */
  async run<T>(command: (redis: RedisWithScripts) => Promise<T>): Promise<T> {
    if (!this.attempted) await this.firstAttempt;
    if (!this.isReady) throw this.awayError();
    this.cork();
    try {
      return await command(this.redis);
    } catch (error) {
      throw toBusError(error);
    }
  }

  /** Resolves when the connection is gone, and commands that had no answer yet are refused. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.heartbeat);
    const { redis } = this;
    const isOpen = redis.status === 'connecting' || redis.status === 'connect' || redis.status === 'ready';
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
    // Many short waits instead of one: while a process starts it may be busy for seconds, in which no answer can come in.
    let left = FIRST_ATTEMPT_TICKS;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setInterval(() => {
        if (--left === 0) resolve();
      }, this.commandTimeoutMs / FIRST_ATTEMPT_TICKS);
    });
    // A failure is known to `redis.status` and `lastError`; ioredis goes on trying.
    await Promise.race([this.redis.connect().catch(() => undefined), tooLong]);
    clearInterval(timer);
    this.attempted = true;
  }

  /** The other end may be gone without a word, which the operating system would notice only after many minutes. */
  private async probe(): Promise<void> {
    if (!this.isReady) return;
    const { stream } = this.redis;
    try {
      await this.redis.ping();
    } catch (error) {
      if (!isReply(error) && stream === this.redis.stream) stream.destroy();
    }
  }

  private awayError(): BusUnavailableError {
    if (this.closed) return new BusUnavailableError('The bus is closed');
    const { lastError } = this;
    if (lastError === undefined) return new BusUnavailableError('Redis cannot be reached');
    return new BusUnavailableError(`Redis cannot be reached: ${lastError.message}`, { cause: lastError });
  }
}

function redisOptions(connectionName: string, commandTimeoutMs: number) {
  return {
    connectionName,
    scripts: SCRIPTS,
    lazyConnect: true,
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: Math.min(500, commandTimeoutMs),
    maxLoadingRetryTime: 500,
    // Refused at once, never sent a second time: an append that had no answer may have been stored.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // subscriptions.ts does it, since it must know when it is done.
    autoResubscribe: false,
    retryStrategy: backOffMs,
    // The name now leads to another server than the one that answers.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

/** Doubles from 50 ms to 2 s, of which the second half is random: many processes lose one Redis at the same moment. */
function backOffMs(attempt: number): number {
  const ceiling = Math.min(SLOWEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
}
