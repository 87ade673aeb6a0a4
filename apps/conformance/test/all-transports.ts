import {
  describeAcross,
  describeTransport,
  plainWebSocketDrivers,
  pollingDrivers,
  type ServerToTest,
  socketioDrivers,
  sseDrivers,
  websocketDrivers,
} from '@tetracast/testing';

const TRANSPORTS = {
  polling: pollingDrivers,
  SSE: sseDrivers,
  WebSocket: websocketDrivers,
  'plain WebSocket': plainWebSocketDrivers,
  'Socket.IO': socketioDrivers,
};

/** The cases of each transport alone: the outer title is the column of the closing table. */
export const describeEachTransport = (log: string, server: ServerToTest): void =>
  describeColumns(log, server, describeTransport);

/** The cases from each transport to each. */
export const describeAcrossTransports = (log: string, server: ServerToTest): void =>
  describeColumns(log, server, describeAcross);

function describeColumns(log: string, server: ServerToTest, suite: typeof describeTransport): void {
  for (const [transport, drivers] of Object.entries(TRANSPORTS)) {
    describe(log === '' ? transport : `${transport}, ${log}`, () => {
      suite(transport, { ...server, drivers });
    });
  }
}
