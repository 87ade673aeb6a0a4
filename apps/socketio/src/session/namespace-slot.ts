import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Socket } from 'socket.io';
import type { EngineConnection } from '../engine/engine-connection';

/** A namespace that is open on an Engine.IO connection, or about to be. */
export interface NamespaceSlot {
  /** Of its recoverable session, once that is known. */
  socketId?: string;
  /** Gives the slot up, and closes the hub's connection. Called when the Engine.IO connection closes. */
  readonly leave: () => void;
}

/**
 * Takes a slot for one more namespace on `engineConnection` until its socket or that connection ends, or until it is left.
 *
 * @throws CodedError `too_many_channels`
 */
export function takeNamespaceSlot(
  socket: Socket,
  engineConnection: EngineConnection,
  maxNamespaces: number,
  connection: Connection,
): NamespaceSlot {
  if (engineConnection.namespaces.length >= maxNamespaces) {
    throw new CodedError('too_many_channels', `at most ${maxNamespaces} namespaces on one connection`);
  }
  const slot: NamespaceSlot = {
    leave: () => {
      engineConnection.namespaces = engineConnection.namespaces.filter((other) => other !== slot);
      connection.close();
    },
  };
  engineConnection.namespaces = [...engineConnection.namespaces, slot];
  socket.on('disconnect', slot.leave);
  return slot;
}
