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

/** Every case on every transport: the outer title is the column of the closing table. */
export function describeAllTransports(log: string, server: ServerToTest): void {
  for (const [transport, drivers] of Object.entries(TRANSPORTS)) {
    describe(log === '' ? transport : `${transport}, ${log}`, () => {
      describeTransport(transport, { ...server, drivers });
      describeAcross(transport, { ...server, drivers });
    });
  }
}
