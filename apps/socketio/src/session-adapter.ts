import { Adapter, type Session as StockSession } from 'socket.io-adapter';
import { Session } from './session';

/**
 * Lets Socket.IO recover a connection on any node, at any time, from what the stock client sends by itself: the session is in
 * its private id, what it missed is in the log. Whether anything is lost is found out later, by the hub (admission.ts).
 */
export class SessionAdapter extends Adapter {
  override persistSession(): void {
    // Nothing of a session is in this process.
  }

  // Nor is anybody in a room, not even in his own: who gets what is the hub's to say, and two sets are half a KB.
  override addAll(): void {
    // See above.
  }

  override del(): void {
    // See above.
  }

  override delAll(): void {
    // See above.
  }

  override restoreSession(pid: string): Promise<StockSession> {
    const session = Session.parse(pid);
    if (session === undefined) return Promise.reject(new Error('not a session of ours'));
    return Promise.resolve({ sid: session.socketId, pid, rooms: [], data: {}, missedPackets: [] });
  }
}
