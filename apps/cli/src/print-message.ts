import { type Io, paint, print } from './io';

/** What `sub` and `history` print of a message. */
interface PrintedMessage {
  readonly channel: string;
  readonly event: string;
  readonly data: unknown;
  readonly time: number;
}

/** One line for people, or one of JSON. */
export function printMessage(io: Io, message: PrintedMessage, json: boolean): void {
  if (json) {
    print(io, JSON.stringify(message));
    return;
  }
  const { channel, event, data, time } = message;
  const head = `${new Date(time).toISOString()} ${channel} ${event}`;
  print(io, `${paint(io, io.stdout, 'dim', head)} ${typeof data === 'string' ? data : JSON.stringify(data)}`);
}
