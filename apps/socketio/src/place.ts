import type { Connection } from '@tetracast/hub';
import { CodedError } from '@tetracast/message-model';
import type { Socket } from 'socket.io';
import type { EngineLine } from './engine-line';

/** A namespace that is open on a line, or about to be. */
export interface Place {
  /** Of its session, once that is known. */
  socketId?: string;
  /** The hub's, once there is one. */
  connection?: Connection;
  /** Gives the place up, and ends the hub's connection; what to do when the line closes. */
  readonly leave: () => void;
}

/**
 * Takes a place for one more namespace on `line` until its socket or the line ends, or until it is left.
 *
 * @throws CodedError `too_many_channels`
 */
export function takePlace(socket: Socket, line: EngineLine, maxNamespaces: number): Place {
  if (line.namespaces.length >= maxNamespaces) {
    throw new CodedError('too_many_channels', `at most ${maxNamespaces} namespaces on one connection`);
  }
  const place: Place = {
    leave: () => {
      line.namespaces = line.namespaces.filter((other) => other !== place);
      place.connection?.close();
    },
  };
  line.namespaces = [...line.namespaces, place];
  socket.on('disconnect', place.leave);
  return place;
}
