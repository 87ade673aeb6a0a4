import { Redis } from 'ioredis';
import { backOffMs } from '../connection/back-off';
import { Problems, type ProblemsOptions } from '../problems';
import { reasonOf } from '../connection/reason';
import type { SentinelAddress } from './sentinel-url';

/** Told at the end: from here on the Sentinels send whoever asks to the new primary. */
const SWITCHED = '+switch-master';
/** Told a moment before a replica is promoted; the old primary learns of it last, after a second or much later. */
const PROMOTING = '+failover-state-send-slaveof-noone';

export interface SentinelEvents {
  /** Another server is about to become the primary: what the old one takes from now on is lost. */
  onPromoting(): void;
  /** Told by each Sentinel when it has learned of it. */
  onSwitched(host: string, port: number): void;
}

/**
 * Hears from every Sentinel that is named of a change of the primary. Without that a line to the old one would stay for as
 * long as it takes, and longer if that one is cut off from the others but not from here.
 */
export class SentinelWatch {
  private readonly lines: readonly Redis[];

  constructor(address: SentinelAddress, events: SentinelEvents, options: ProblemsOptions = {}) {
    this.lines = address.sentinels.map(({ host, port }) => {
      const problems = new Problems(`the Sentinel at ${host}:${port}`, options);
      const report = (error: unknown): void => problems.report(reasonOf(error));
      const line = new Redis({
        host,
        port,
        connectionName: 'tetracast-sentinel-watch',
        ...(address.tls && { tls: {} }),
        ...(address.sentinelUsername !== undefined && { username: address.sentinelUsername }),
        ...(address.sentinelPassword !== undefined && { password: address.sentinelPassword }),
        lazyConnect: true,
        enableReadyCheck: false,
        enableOfflineQueue: false,
        autoResubscribe: false,
        retryStrategy: backOffMs,
      });
      // One that cannot be reached is tried again; the others are heard meanwhile.
      line.on('error', report);
      line.on('ready', () => void line.subscribe(SWITCHED, PROMOTING).then(() => problems.end(), report));
      line.on('message', (news, text) => {
        if (news === SWITCHED) {
          const [name, , , newHost, newPort] = text.split(' ');
          if (name === address.name && newHost !== undefined) events.onSwitched(newHost, Number(newPort));
        } else if (text.includes(` @ ${address.name} `)) events.onPromoting();
      });
      line.connect().catch(() => undefined);
      return line;
    });
  }

  close(): void {
    for (const line of this.lines) line.disconnect();
  }
}
