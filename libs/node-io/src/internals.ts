/** Turns off every use of an internal with `1`, or those it names, separated by commas. For developers, see README.md. */
const VARIABLE = 'TETRACAST_PLAIN_NODE';

/**
 * Every use of something that Node.js, `ws`, `@fastify/websocket`, Engine.IO or Socket.IO does not document. `false` turns
 * the use off: the code then takes its public path, which is slower or keeps more memory. README.md says what each one does.
 */
export const INTERNALS = {
  writePastStream: true,
  detachParser: true,
  responseUnderWay: true,
  reassignLostConnections: true,
  singleWriteResponse: true,
  gatherBody: true,
  copyFragments: true,
  releaseHandshake: true,
  engineWebSocket: true,
  engineHandshake: true,
  enginePayloads: true,
  engineVerify: true,
  engineCloseTimeout: true,
  forwardedAddress: true,
  socketioRecovery: true,
};

turnOff(process.env[VARIABLE] ?? '');

/** @throws Error on a name that is none: a switch that does nothing would mislead */
function turnOff(value: string): void {
  const all = Object.keys(INTERNALS) as (keyof typeof INTERNALS)[];
  const named = value.split(',').filter((name) => name !== '');
  for (const name of named) {
    if (name !== '1' && !Object.hasOwn(INTERNALS, name)) {
      throw new Error(`${VARIABLE}: "${name}" is unknown: use 1, or names out of ${all.join(', ')}`);
    }
  }
  for (const name of all) INTERNALS[name] = !named.includes('1') && !named.includes(name);
}
