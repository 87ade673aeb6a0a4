import { Adapter } from 'socket.io-adapter';

/** Nobody is in a room, not even in his own: who gets what is the hub's to say, and two sets are half a KB. */
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
