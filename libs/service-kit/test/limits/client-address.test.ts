import { createClientAddress } from '../../src/limits/client-address';

function addressOf(trustProxy: string[], peer: string | undefined, forwarded?: string): string {
  return createClientAddress(trustProxy)({
    headers: { 'x-forwarded-for': forwarded },
    socket: { remoteAddress: peer },
  });
}

describe('the address of a client', () => {
  it.each([
    ['of the socket', [], '192.0.2.1', undefined, '192.0.2.1'],
    ['of the socket, whatever it says', [], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['of the socket when that is not trusted', ['10.0.0.0/8'], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['what a trusted proxy says', ['10.0.0.0/8'], '10.1.1.1', '198.51.100.7', '198.51.100.7'],
    ['the last that is not trusted', ['10.0.0.0/8'], '10.1.1.1', '1.1.1.1, 198.51.100.7, 10.2.2.2', '198.51.100.7'],
    ['that of the proxy when it says nothing', ['10.0.0.0/8'], '10.1.1.1', undefined, '10.1.1.1'],
    ['IPv4 in IPv6', [], '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['through a proxy that is IPv4 in IPv6', ['10.0.0.0/8'], '::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['the network of an IPv6 address', [], '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['not known', [], undefined, undefined, ''],
    ['not known where the proxy is wrong', ['10.0.0.0/8'], '10.1.1.1', 'unknown', ''],
  ])('is %s', (_, trustProxy, peer, forwarded, address) => {
    expect(addressOf(trustProxy, peer, forwarded)).toBe(address);
  });
});
