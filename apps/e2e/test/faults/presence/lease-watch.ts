import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Renewal {
  /** By the clock of Redis, in ms. */
  readonly at: number;
  readonly process: string;
  readonly endsAt: number;
}

const RENEWAL = /^\+([\d.]+) \[\d+ lua\] "ZADD" "\{tetracast\}:leases" "(\d+)" "(\w+)"$/;
const HOLD = /^\+[\d.]+ \[\d+ lua\] "SADD" "\{tetracast\}:held:(\w+)"/;
const LEAVE = /^\+([\d.]+) \[\d+ lua\] "XADD" "\{tetracast\}:log:\$presence:.*tetracast:leave/;

const msOf = (seconds: string | undefined): number => Number(seconds) * 1000;

/** What a Redis does about leases and leaves, in its order and by its clock: it tells a client that monitors it. */
export class LeaseWatch implements AsyncDisposable {
  readonly renewals: Renewal[] = [];
  /** The process that took hold of a member last. */
  holder: string | undefined;
  /** When the last leave was stored. */
  leftAt: number | undefined;
  private rest = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.read(text));
  }

  static async open(port: number): Promise<LeaseWatch> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('MONITOR\r\n');
    return new LeaseWatch(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\r\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, at, endsAt, process] = RENEWAL.exec(line) ?? [];
      if (process !== undefined) this.renewals.push({ at: msOf(at), process, endsAt: Number(endsAt) });
      this.holder = HOLD.exec(line)?.[1] ?? this.holder;
      const [, leftAt] = LEAVE.exec(line) ?? [];
      if (leftAt !== undefined) this.leftAt = msOf(leftAt);
    }
  }
}
