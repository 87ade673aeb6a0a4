import { isAllowedOrigin } from '../../src/origin/origin';

const NONE = { allowedOrigins: [], trustProxy: [] };
const PROXIES = { allowedOrigins: [], trustProxy: ['10.0.0.0/8', '192.168.1.1', 'fd00::/8'] };

describe('isAllowedOrigin', () => {
  it('allows a request without an origin', () => {
    expect(isAllowedOrigin({ host: 'a.example' }, NONE)).toBe(true);
    expect(isAllowedOrigin({}, NONE)).toBe(true);
  });

  it.each([
    ['http://a.example', 'a.example'],
    ['https://a.example', 'a.example'],
    ['https://a.example', 'a.example:443'],
    ['http://a.example', 'a.example:80'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['http://a.example', 'A.Example'],
    ['https://xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ])('allows %s at host %s', (origin, host) => {
    expect(isAllowedOrigin({ origin, host }, NONE)).toBe(true);
  });

  it.each([
    ['http://b.example', 'a.example'],
    ['http://a.example:8080', 'a.example'],
    ['http://a.example', 'a.example:8080'],
    ['https://a.example', 'a.example:80'],
    ['http://a.example.evil.example', 'a.example'],
    ['http://evil.example/a.example', 'a.example'],
    ['http://user@a.example', 'a.example'],
    ['null', 'a.example'],
    ['null', 'null'],
    ['', 'a.example'],
    ['file://', ''],
    ['chrome-extension://a', 'a'],
    ['a.example', 'a.example'],
    ['http://a.example', ''],
    ['http://a.example', 'not a host'],
  ])('refuses %s at host %s', (origin, host) => {
    expect(isAllowedOrigin({ origin, host }, NONE)).toBe(false);
  });

  it('refuses an origin when there is no host', () => {
    expect(isAllowedOrigin({ origin: 'http://a.example' }, NONE)).toBe(false);
  });

  it('allows exactly what is in ALLOWED_ORIGINS', () => {
    const settings = { ...NONE, allowedOrigins: ['https://page.example', 'http://page.example:8080'] };
    const allows = (origin: string): boolean => isAllowedOrigin({ origin, host: 'service.example' }, settings);

    expect(allows('https://page.example')).toBe(true);
    expect(allows('http://page.example:8080')).toBe(true);
    expect(allows('http://page.example')).toBe(false);
    expect(allows('https://page.example:8443')).toBe(false);
    expect(allows('https://sub.page.example')).toBe(false);
    expect(allows('https://PAGE.example')).toBe(false);
  });

  describe('behind a proxy', () => {
    const headers = { origin: 'https://public.example', host: 'service:3604', 'x-forwarded-host': 'public.example' };

    it.each(['10.1.2.3', '192.168.1.1', '::ffff:10.1.2.3', 'fd00::7'])('believes %s', (peer) => {
      expect(isAllowedOrigin(headers, PROXIES, peer)).toBe(true);
    });

    it.each(['11.1.2.3', '192.168.1.2', 'fe80::1', 'not an address', undefined])('does not believe %s', (peer) => {
      expect(isAllowedOrigin(headers, PROXIES, peer)).toBe(false);
    });

    it('believes nobody by default', () => {
      expect(isAllowedOrigin(headers, NONE, '10.1.2.3')).toBe(false);
    });

    it('takes the first of several hosts, and the host itself no more', () => {
      const several = { ...headers, 'x-forwarded-host': ' public.example , inner.example' };

      expect(isAllowedOrigin(several, PROXIES, '10.1.2.3')).toBe(true);
      expect(isAllowedOrigin({ ...several, origin: 'http://service:3604' }, PROXIES, '10.1.2.3')).toBe(false);
    });
  });
});
