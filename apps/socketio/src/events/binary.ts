import { CodedError } from '@tetracast/message-model';

/** Refuses binary values, which Socket.IO allows: messages are JSON. @throws CodedError `invalid_message` */
export function refuseBinary(value: unknown): void {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (next instanceof Uint8Array)
      throw new CodedError('invalid_message', 'binary values are not supported: send JSON data');
    for (const member of Object.values(next)) if (typeof member === 'object') pending.push(member);
  }
}
