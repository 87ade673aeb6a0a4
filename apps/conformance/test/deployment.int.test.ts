import { type TcpProxy, startTcpProxy } from '@tetracast/testing';
import { describeAcrossTransports, describeEachTransport } from './all-transports';

const target = process.env['TETRACAST_URL'];
if (target === undefined) throw new Error('TETRACAST_URL names no deployment');

const isSecure = target.startsWith('https:');
let relay: TcpProxy | undefined;

// The clients connect through proxies that can be cut and know no TLS: one more in front of the deployment speaks it.
beforeAll(async () => {
  if (isSecure) relay = await startTcpProxy(target);
});

afterAll(() => relay?.close());

const server = {
  url: () => relay?.url ?? target,
  presenceNamespace: process.env['TETRACAST_PRESENCE'] || undefined,
};
describeEachTransport('', server);
describeAcrossTransports('', server);
