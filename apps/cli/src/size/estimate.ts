import { BY_TRANSPORT, DERIVED, SHARED, TRANSPORTS } from './costs';
import { countText, numberText as n, unitText } from './numbers';
import { HEARTBEAT_SECONDS, MAX_CONNECTIONS, type Processes, processesOf } from './processes';
import { redisBusy, redisSteps } from './redis-steps';
import { processesText, type Step, step, sum } from './step';
import type { Workload } from './workload';

export interface Estimate {
  readonly steps: readonly Step[];
  /** What the system cannot carry as it is, and what to do. */
  readonly problems: readonly string[];
}

/** Two connections for each client, of the 16384 that a worker of the gateway holds. */
const CLIENTS_PER_GATEWAY_WORKER = 8192;
/** The heads of TCP with timestamps, IPv4 and Ethernet. */
const PACKET_HEAD = 66;

/** How much of everything a workload needs. */
export function estimate(workload: Workload): Estimate {
  const parts = TRANSPORTS.filter((name) => workload.transports[name] !== undefined).map((name) =>
    processesOf(name, workload),
  );
  return {
    steps: [
      ...parts.flatMap((part) => transportSteps(part, workload)),
      ...publishSteps(workload),
      ...gatewaySteps(parts, workload),
      ...redisSteps(parts, workload),
    ],
    problems: problemsOf(parts, workload),
  };
}

function transportSteps(part: Processes, workload: Workload): Step[] {
  const { transport, connections, deliveries, count = 0 } = part;
  const { rate, channels, subscriptions, bytes, load } = workload;
  const { delivery, connection, process, frame } = BY_TRANSPORT[transport];
  const busy = part.busyDelivering + part.busyHeartbeats + part.busyReceiving;
  const each = count === 0 ? 0 : connections / count;
  const memory = count * process.value * 1e6 + connections * connection.value * 1e3;
  const wire = deliveries * (bytes + frame.value + PACKET_HEAD) * 8;
  const others = Math.max(1, count - 1);
  const back = (each * DERIVED.comeBack) / 1e6 / others;
  return [
    step(
      `${transport}.deliveries`,
      deliveries,
      `${n(deliveries)} /s`,
      `${n(rate)} messages/s × ${n(connections)} connections × ${n(subscriptions)} of ${countText(channels, 'channel')}`,
    ),
    step(
      `${transport}.cores`,
      busy,
      `${n(busy)} cores busy`,
      `${n(part.busyDelivering)} to deliver: ${n(deliveries)}/s × ${delivery.value} µs`,
      `${n(part.busyHeartbeats)} for heartbeats: ${n(connections)} ÷ ${HEARTBEAT_SECONDS} s × ${SHARED.write.value} µs`,
      `${n(part.busyReceiving)} to receive: ${processesText(count)} × ${n(part.received)}/s × ${n(DERIVED.receive)} µs`,
    ),
    step(
      `${transport}.processes`,
      count,
      processesText(count),
      `${n(busy)} cores ÷ ${n(load)}, and at most ${n(MAX_CONNECTIONS)} connections each: ${n(Math.round(each))} each`,
    ),
    step(
      `${transport}.memory`,
      memory,
      unitText(memory, 'B'),
      `${processesText(count)} × ${process.value} MB + ${n(connections)} connections × ${connection.value} KB`,
    ),
    step(
      `${transport}.bandwidth`,
      wire,
      unitText(wire, 'bit/s'),
      `${n(deliveries)}/s × (${n(bytes)} of data + ${frame.value} of frame + ${PACKET_HEAD} of packet) bytes × 8`,
    ),
    step(
      `${transport}.comeBack`,
      back,
      `${n(back)} s`,
      count === 1
        ? 'until all connections are back, once the process runs again: there is no other'
        : 'until the connections of one process are back at the others',
      `${n(Math.round(each))} × ${n(DERIVED.comeBack)} µs ÷ ${processesText(others)}`,
    ),
  ];
}

function publishSteps({ rate, publish }: Workload): Step[] {
  const us = DERIVED.publish[publish];
  const way = publish === 'post' ? 'by POST' : 'on connections';
  const busy = (rate * us) / 1e6;
  return [step('publish.cores', busy, `${n(busy)} cores busy`, `to publish ${way}: ${n(rate)}/s × ${n(us)} µs`)];
}

function gatewaySteps(parts: readonly Processes[], { connections, load }: Workload): Step[] {
  const deliveries = sum(parts.map((part) => part.deliveries));
  const busy = (deliveries * 2 * SHARED.write.value) / 1e6;
  const workers = Math.max(Math.ceil(connections / CLIENTS_PER_GATEWAY_WORKER), Math.ceil(busy / load));
  return [
    step(
      'gateway.cores',
      busy,
      `${n(busy)} cores busy`,
      `not measured: ${n(deliveries)}/s × a read and a write, ${SHARED.write.value} µs each`,
    ),
    step(
      'gateway.workers',
      workers,
      countText(workers, 'worker'),
      `${n(busy)} cores ÷ ${n(load)}, and at most ${n(CLIENTS_PER_GATEWAY_WORKER)} clients each`,
    ),
  ];
}

function problemsOf(parts: readonly Processes[], workload: Workload): string[] {
  const busy = redisBusy(parts, workload);
  return [
    ...parts
      .filter(({ count }) => count === undefined)
      .map(
        ({ transport, received }) =>
          `${transport}: a process would have to receive ${n(received)} messages/s. Use fewer subscriptions, or more channels.`,
      ),
    ...(busy > workload.load
      ? [
          `One Redis server has one core for commands, and ${n(busy)} would be busy. Publish fewer messages, or deploy several systems.`,
        ]
      : []),
  ];
}
