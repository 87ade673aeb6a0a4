import type { Socket as EngineSocket, Transport } from 'engine.io';

/**
 * Closes a session whose upgrade breaks after the server has answered the probe. The stock client has stopped to poll by then
 * (engine.io-client 6, `_probe` and `pause`), and would receive nothing until it misses a heartbeat. Now it reconnects at once, and
 * is recovered; after its heartbeat, if the answer to its last poll was on the way when the upgrade broke.
 */
export function closeOnBrokenUpgrade(session: EngineSocket): void {
  session.once('upgrading', (transport: Transport) => {
    const close = (): void => {
      session.close();
    };
    transport.once('close', close);
    session.once('upgrade', () => transport.off('close', close));
  });
}
