import { Adapter } from 'socket.io-adapter';

/** Without rooms, not even one for each socket: the hub decides which client gets a message, and two sets take half a KB. */
export class RoomlessAdapter extends Adapter {
  override addAll(): void {
    // See above.
  }

  override del(): void {
    // See above.
  }

  override delAll(): void {
    // See above.
  }
}
