import { BY_TRANSPORT, DERIVED, SHARED, type Transport } from './costs';
import type { Workload } from './workload';

/** The default of MAX_CONNECTIONS. */
export const MAX_CONNECTIONS = 50_000;
/** The default of HEARTBEAT_INTERVAL, in seconds. */
export const HEARTBEAT_SECONDS = 15;

/** The processes of one transport. Rates are a second; `busy` is in cores. */
export interface Processes {
  readonly transport: Transport;
  readonly connections: number;
  readonly deliveries: number;
  readonly busyDelivering: number;
  readonly busyHeartbeats: number;
  /** Messages that one process receives from Redis. */
  readonly received: number;
  readonly busyReceiving: number;
  /** None if no number of processes is enough. */
  readonly count: number | undefined;
  /** Of those processes the ones that have a subscriber of a channel, on average. */
  readonly withChannel: number;
}

/** The fewest processes of which none is busier than the workload allows. */
export function processesOf(transport: Transport, workload: Workload): Processes {
  const { rate, channels, subscriptions, load } = workload;
  const connections = Math.round(workload.connections * (workload.transports[transport] ?? 0));
  const subscribers = (connections * subscriptions) / channels;
  const deliveries = rate * subscribers;
  const busyDelivering = (deliveries * BY_TRANSPORT[transport].delivery.value) / 1e6;
  const busyHeartbeats = (connections / HEARTBEAT_SECONDS) * (SHARED.write.value / 1e6);
  const withChannel = (count: number): number => Math.min(count, subscribers);
  const received = (count: number): number => (rate * withChannel(count)) / count;
  const fits = (count: number): boolean =>
    connections / count <= MAX_CONNECTIONS &&
    (busyDelivering + busyHeartbeats) / count + (received(count) * DERIVED.receive) / 1e6 <= load;
  const enough = fewest(connections, fits);
  const count = enough ?? connections;
  return {
    transport,
    connections,
    deliveries,
    busyDelivering,
    busyHeartbeats,
    received: received(count),
    busyReceiving: (count * received(count) * DERIVED.receive) / 1e6,
    count: enough,
    withChannel: withChannel(count),
  };
}

/** The least number from 1 to `most` that fits, if those above it fit as well. */
function fewest(most: number, fits: (count: number) => boolean): number | undefined {
  if (!fits(most)) return undefined;
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}
