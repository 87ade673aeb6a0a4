import { NO_LIMITS, pollUntil, type ServiceProcess } from '@tetracast/testing';
import { resolve } from 'node:path';
import { isAnswered } from './http-answer';
import { startService } from '../system';
import { RawConnection } from './raw-connection';

const COLLECT_ON_SIGNAL = resolve(__dirname, 'collect-on-signal.cjs');

/** Short, so that what may be kept for a while is forgotten soon. */
const SETTINGS = {
  // All of it comes from one address, the honest as well.
  ...NO_LIMITS,
  LOG_LEVEL: 'error',
  HISTORY_SIZE: '100',
  IDEMPOTENCY_TTL: '2s',
  MAX_POLL_WAIT: '1s',
  CHANNEL_IDLE_TIMEOUT: '1s',
  // Engine.IO allows its clients 20 s more.
  HEARTBEAT_INTERVAL: '5s',
};

const PROBE = Buffer.from('GET /healthz HTTP/1.1\r\nHost: probe\r\n\r\n');
/** In the first a new connection may only be accepted, in the second it is read. */
const ROUNDS = 2;
const MIB = 1024 * 1024;

/** A line of the logger that reports a failure of the service itself (pino's levels `error` and `fatal`). */
const FAILURE = /"level":[56]0/;

/** The built standalone service in a process of its own, the log in its memory. */
export class ServiceUnderFire implements AsyncDisposable {
  private ended = false;

  private constructor(
    private readonly service: ServiceProcess,
    private readonly probe: RawConnection,
  ) {
    void service.exited.then(() => {
      this.ended = true;
    });
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<ServiceUnderFire> {
    const nodeArgs = ['--expose-gc', '--require', COLLECT_ON_SIGNAL];
    const service = await startService('standalone', { ...SETTINGS, ...env }, { nodeArgs });
    return new ServiceUnderFire(service, await RawConnection.open(service.port));
  }

  get url(): string {
    return this.service.url;
  }

  get port(): number {
    return this.service.port;
  }

  /** Resolves when the service has answered a request that was sent after all that was written before. */
  async passed(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      this.probe.forget();
      await this.probe.send(PROBE);
      await this.probe.until((received) => isAnswered(received));
    }
  }

  /** Fails when the service has ended, or has logged that anything went wrong inside it. */
  expectNoFailure(): void {
    const said = this.service.output();
    if (this.ended || FAILURE.test(said)) throw new Error(`the service failed; it said: ${said}`);
  }

  /** Bytes that JavaScript objects and buffers take, without garbage. */
  async memory(): Promise<number> {
    // The second collection takes what the finalizers of the first let go.
    for (let round = 0; round < ROUNDS; round++) {
      this.service.signal('SIGWINCH');
      await this.passed();
    }
    const metrics = await this.metrics();
    return metrics('nodejs_heap_size_used_bytes') + metrics('nodejs_external_memory_bytes');
  }

  /** Resolves once {@link memory} is below `max`: what is let go of later counts; rejects when it stays as it is. */
  async memoryBelow(max: number): Promise<void> {
    let bytes = Infinity;
    const look = async (): Promise<string> => {
      bytes = await this.memory();
      return `${Math.round(bytes / MIB)} MiB, not less than ${max / MIB}`;
    };
    await pollUntil(look, () => bytes < max);
  }

  /** Reads a metric of the service as it is now. */
  async metrics(): Promise<(name: string) => number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return (name) => {
      const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
      if (value === undefined) throw new Error(`no metric ${name}`);
      return Number(value);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.probe[Symbol.dispose]();
    await this.service.stop();
  }
}
