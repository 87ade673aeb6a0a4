import { type Io, paint, print } from './io';
import { printable, printableJson } from './printable';

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
    print(io, printableJson(message));
    return;
  }
  const { channel, event, data, time } = message;
  const head = printable(`${new Date(time).toISOString()} ${channel} ${event}`);
  const text = typeof data === 'string' ? printable(data) : printableJson(data);
  print(io, `${paint(io, io.stdout, 'dim', head)} ${text}`);
}
