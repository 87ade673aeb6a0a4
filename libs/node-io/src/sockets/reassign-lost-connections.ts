import type { Worker } from 'node:cluster';
import { INTERNALS } from '../internals';

/** What Node's cluster sends to a worker with a connection, and what the worker answers when it has taken it. */
interface ClusterMessage {
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

/**
 * Saves the connections that were on their way to a worker when it died. Node's cluster waits for the worker's answer
 * forever, and so does the client, whose connection is open. This function answers for the dead worker: "not accepted", so
 * that the cluster hands the connection to another worker, or, if `isOther` returns `false`, "accepted", so that the cluster
 * closes it and the client connects again. Node has no public way to do this.
 */
export function reassignLostConnections(worker: Worker, isOther: () => boolean): void {
  if (!INTERNALS.reassignLostConnections) return;
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
    // With a connection on its way Node never emits this itself, and the cluster would go on choosing the dead worker.
    if (!isDisconnected) process.emit('disconnect');
    for (const ack of underway) {
      process.emit('internalMessage' as 'message', { cmd: 'NODE_CLUSTER', ack, accepted: !isOther() }, undefined);
    }
  });
}
