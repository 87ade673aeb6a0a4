import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Socket } from 'socket.io';
import type { EngineConnection } from '../engine/engine-connection';

/** A namespace that is open on a line, or about to be. */
export interface NamespaceSlot {
  /** Of its session, once that is known. */
  socketId?: string;
  /** The hub's, once there is one. */
  connection?: Connection;
  /** Gives the slot up, and ends the hub's connection; what to do when the line closes. */
  readonly leave: () => void;
}

/**
 * Takes a slot for one more namespace on `line` until its socket or the line ends, or until it is left.
 *
 * @throws CodedError `too_many_channels`
 */
export function takeNamespaceSlot(socket: Socket, line: EngineConnection, maxNamespaces: number): NamespaceSlot {
  if (line.namespaces.length >= maxNamespaces) {
    throw new CodedError('too_many_channels', `at most ${maxNamespaces} namespaces on one connection`);
  }
  const slot: NamespaceSlot = {
    leave: () => {
      line.namespaces = line.namespaces.filter((other) => other !== slot);
      slot.connection?.close();
    },
  };
  line.namespaces = [...line.namespaces, slot];
  socket.on('disconnect', slot.leave);
  return slot;
}
