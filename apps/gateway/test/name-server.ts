import { createSocket } from 'node:dgram';

/** A DNS server for nginx's `resolver`: any name has the addresses of the moment. */
export interface NameServer extends AsyncDisposable {
  /** `host:port` */
  readonly address: string;
  /** IPv4 addresses; none means that the name does not exist. */
  addresses: readonly string[];
}

const HEADER_BYTES = 12;
const NAME_ERROR = 3;
// What Docker's own name server says, however short-lived its containers are.
const TTL_S = 600;

export async function startNameServer(...addresses: readonly string[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  const server: NameServer = {
    address: `127.0.0.1:${socket.address().port}`,
    addresses,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void socket.close(resolve)),
  };
  socket.on('message', (query, { port, address }) => socket.send(answerTo(query, server.addresses), port, address));
  return server;
}

/** RFC 1035, section 4: header, the question as it came, one A record for each address. */
function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  const questionEnd = query.indexOf(0, HEADER_BYTES) + 5;
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8180 | (addresses.length === 0 ? NAME_ERROR : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
    record.writeUInt32BE(TTL_S, 6);
    return record;
  });
  return Buffer.concat([header, query.subarray(HEADER_BYTES, questionEnd), ...records]);
}
