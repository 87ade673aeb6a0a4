import { INTERNALS } from '@tetracast/node-io';
import type { Transport } from 'engine.io';

/** Maximum packets of one POST. A stock client may send some thousands at once that it queued while offline. */
const PACKETS_MAX = 4096;

/** Maximum packets of one POST that open a namespace, which is costly also if it is refused: the maximum of `MAX_CHANNELS`. */
const CONNECTS_MAX = 1000;

// Socket.IO protocol 5 in Engine.IO protocol 4: how a packet begins that opens a namespace.
const CONNECT = '40';
// Engine.IO protocol 4: the separator of the packets of a payload.
const SEPARATOR = '\x1e';

interface Parser {
  decodePayload(payload: string, ...how: unknown[]): readonly object[];
}

const PARSE_ERROR = [{ type: 'error', data: 'parser error' }];

/** One parser for all transports; it replaces that of Engine.IO. */
let bounded: Parser | undefined;

/**
 * Replaces the parser of a polling transport. A payload of more than {@link PACKETS_MAX} packets, or {@link CONNECTS_MAX} that open
 * a namespace, ends its session like a payload that cannot be parsed, and the stock client reconnects. Engine.IO serves all packets
 * of a payload in one turn. Each costs much more than its bytes, and no option limits their number.
 */
export function boundPayloads(transport: Transport): void {
  if (!INTERNALS.enginePayloads) return;
  const ofTransport = transport as unknown as { parser: Parser };
  const { parser } = ofTransport;
  bounded ??= {
    ...parser,
    decodePayload: (payload, ...how) => (hasTooMany(payload) ? PARSE_ERROR : parser.decodePayload(payload, ...how)),
  };
  ofTransport.parser = bounded;
}

function hasTooMany(payload: string): boolean {
  let packets = 1;
  let connects = 0;
  for (let at = payload.indexOf(SEPARATOR); at >= 0; at = payload.indexOf(SEPARATOR, at + 1)) {
    if (payload.startsWith(CONNECT, at + 1)) connects++;
    if (++packets > PACKETS_MAX || connects > CONNECTS_MAX) return true;
  }
  return false;
}
