import type { Worker } from 'node:cluster';

/** What Node's cluster says to a worker along with a connection, and hears when the worker has taken it. */
interface ClusterMessage {
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

/**
 * Saves the connections that were on their way to a worker when it died. Node's cluster waits for its word on them without
 * end, and so would the client, whose connection stands. Here it is told that the worker did not take them, and gives them
 * to another; or, when `isOther` knows of none, that it did, whereupon they are closed, and the client comes again.
 *
 * Node has no public way for it. What is used is the same in versions 20 to 24; where it were another, nothing is saved.
 */
export function reassignLostConnections(worker: Worker, isOther: () => boolean): void {
  const { process } = worker;
  const underway = new Set<number>();
  const send = process.send.bind(process) as (...args: unknown[]) => boolean;
  process.send = (...args: unknown[]): boolean => {
    const { act, seq } = args[0] as ClusterMessage;
    if (act === 'newconn' && seq !== undefined) underway.add(seq);
    return send(...args);
  };
  process.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack !== undefined) underway.delete(ack);
  });
  let isDisconnected = false;
  process.once('disconnect', () => {
    isDisconnected = true;
  });
  process.once('close', () => {
    if (underway.size === 0) return;
    // With a connection on its way Node never says that the worker is disconnected, so that the cluster would keep it in turn.
    if (!isDisconnected) process.emit('disconnect');
    for (const ack of underway) {
      process.emit('internalMessage' as 'message', { cmd: 'NODE_CLUSTER', ack, accepted: !isOther() }, undefined);
    }
  });
}
