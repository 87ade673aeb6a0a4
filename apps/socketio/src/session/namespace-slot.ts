import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Socket } from 'socket.io';
import type { EngineConnection } from '../engine/engine-connection';

/** A namespace of an Engine.IO connection, from the CONNECT of its client on. */
export interface NamespaceSlot {
  /** The socket id of its recoverable session, once that is known. */
  socketId?: string;
  /** Releases the slot, and closes the connection of the hub. Called when the Engine.IO connection closes. */
  readonly leave: () => void;
}

/**
 * Takes a slot for one more namespace on `engineConnection`. It is released when the socket or that connection ends, or by `leave`.
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
    throw new CodedError('too_many_channels', `one connection has at most ${maxNamespaces} namespaces: leave one`);
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
