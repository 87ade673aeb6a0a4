import { createClientAddress, networkOf } from '../../src/limits/client-address';

function addressOf(trustProxy: string[], peer: string | undefined, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return networkOf(createClientAddress(trustProxy)({ headers, socket: { remoteAddress: peer } }));
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
    ['that of the proxy when it cannot be read', ['10.0.0.0/8'], '10.1.1.1', 'unknown', '10.1.1.1'],
    ['that of the last proxy', ['10.0.0.0/8'], '10.1.1.1', '1.1.1.1, unknown, 10.2.2.2', '10.2.2.2'],
  ])('is %s', (_, trustProxy, peer, forwarded, address) => {
    expect(addressOf(trustProxy, peer, forwarded)).toBe(address);
  });

  const FORMS: [string, string][] = [
    ['203.0.113.7:51234', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['[2001:db8::1]:4711', '2001:db8::/64'],
    ['[2001:db8::1]', '2001:db8::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['"203.0.113.7:51234"', '203.0.113.7'],
    ['"[2001:db8::1]:4711"', '2001:db8::/64'],
    ['"203.0.113.7:_obf.1-x"', '203.0.113.7'],
  ];
  const UNREADABLE = [
    'unknown',
    '_hidden',
    '"',
    '[',
    '[]',
    '[x]:1',
    ':80',
    '203.0.113',
    'a:80',
    '<b>',
    '203.0.113.7:x',
  ];

  it.each(FORMS)('is read from X-Forwarded-For: %s', (form, address) => {
    expect(addressOf(['10.0.0.0/8'], '10.1.1.1', form)).toBe(address);
    expect(addressOf(['10.0.0.0/8'], '10.1.1.1', `192.0.2.1, ${form}, ,10.2.2.2:80,`)).toBe(address);
  });

  it.each(UNREADABLE)('is never made of X-Forwarded-For: %s', (form) => {
    expect(addressOf(['10.0.0.0/8'], '10.1.1.1', form)).toBe('10.1.1.1');
  });

  describe('by Forwarded', () => {
    const by = (forwarded: string, peer = '10.1.1.1', more: Record<string, string> = {}): string =>
      networkOf(
        createClientAddress(['10.0.0.0/8'])({ headers: { forwarded, ...more }, socket: { remoteAddress: peer } }),
      );

    it.each(FORMS)('is read from for=%s', (form, address) => {
      expect(by(`for=${form}`)).toBe(address);
      expect(by(`For=192.0.2.1, proto=https;FOR=${form};by=10.1.1.1, for=10.2.2.2`)).toBe(address);
    });

    it.each([...UNREADABLE.map((form) => `for=${form}`), 'by=192.0.2.1', 'for', 'xfor=192.0.2.1', ';;', ''])(
      'is never made of %s',
      (forwarded) => {
        expect(by(forwarded)).toBe('10.1.1.1');
      },
    );

    it('is read of a trusted proxy alone, and only without X-Forwarded-For', () => {
      expect(by('for=203.0.113.7', '192.0.2.1')).toBe('192.0.2.1');
      expect(by('for=203.0.113.7', '10.1.1.1', { 'x-forwarded-for': '198.51.100.7' })).toBe('198.51.100.7');
      expect(by('for=203.0.113.7', '10.1.1.1', { 'x-forwarded-for': 'unknown' })).toBe('10.1.1.1');
    });
  });
});
