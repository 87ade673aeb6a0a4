import { allowsHost, allowsOrigin, isOriginRule, isWebOrigin } from '../../src/origin/allowed-origins';

it.each([
  'https://example.com',
  'http://localhost:3000',
  'http://[::1]:8080',
  'https://*.example.com',
  'https://*.example.com:8443',
  'http://*.localhost:3000',
  'https://*.xn--bcher-kva.example',
  'capacitor://localhost',
  'ionic://localhost',
  'tauri://localhost',
  'app://.',
  'app://obsidian.md',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'moz-extension://6b86b273-ff34-4ce1-9d6b-804eff5a3f57',
])('%s may stand in ALLOWED_ORIGINS', (text) => {
  expect(isOriginRule(text)).toBe(true);
});

it.each([
  '*',
  'null',
  'example.com',
  '*.example.com',
  'https://*',
  'https://*.com',
  'https://*.com:8443',
  'https://*.localhost.',
  'https://a.*.example.com',
  'https://*.*.example.com',
  'https://*a.example.com',
  'https://**.example.com',
  'https://*.example.com:*',
  'https://*.example.com:443',
  'https://*.example.com/',
  'https://*.example.com//x',
  'https://*.Example.com',
  'https://*.1.2.3',
  'https://user@*.example.com',
  'https://example.com/',
  'https://example.com:443',
  'HTTPS://example.com',
  '*://example.com',
  'capacitor://*',
  'capacitor://localhost/',
  'capacitor://',
  'wss://example.com',
  'ftp://example.com',
  'file://',
  'file://localhost',
])('%s may not stand in ALLOWED_ORIGINS', (text) => {
  expect(isOriginRule(text)).toBe(false);
});

describe('a wildcard', () => {
  const rules = ['https://*.example.com', 'http://*.localhost:3000', 'https://exact.test'];

  it.each([
    'https://a.example.com',
    'https://a-b_c.example.com',
    'https://xn--bcher-kva.example.com',
    'http://a.localhost:3000',
  ])('is %s', (origin) => {
    expect(isWebOrigin(origin)).toBe(true);
    expect(allowsOrigin(rules, origin)).toBe(true);
  });

  it.each([
    'https://example.com',
    'https://a.b.example.com',
    'http://a.example.com',
    'https://a.example.com:8443',
    'https://a.example.com.evil.test',
    'https://aexample.com',
    'https://.example.com',
    'https://evil.test/.example.com',
    'https://evil.test#.example.com',
    'https://evil@a.example.com',
    'https://evil.test:80.example.com',
    'http://a.localhost',
    'https://a.exact.test',
    'null',
    '',
  ])('is not %s', (origin) => {
    expect(allowsOrigin(rules, origin)).toBe(false);
  });

  it('is a host name of one label more', () => {
    expect(allowsHost(rules, 'a.example.com')).toBe(true);
    expect(allowsHost(rules, 'exact.test')).toBe(true);
    for (const name of ['example.com', 'a.b.example.com', 'evil.test', '*'])
      expect(allowsHost(rules, name)).toBe(false);
  });
});

it('of an app is its origin alone, and no host name under which to be asked', () => {
  const rules = ['capacitor://localhost', 'app://obsidian.md'];

  expect(allowsOrigin(rules, 'capacitor://localhost')).toBe(true);
  expect(allowsOrigin(rules, 'ionic://localhost')).toBe(false);
  expect(allowsOrigin(rules, 'capacitor://other.localhost')).toBe(false);
  expect(allowsHost(rules, 'obsidian.md')).toBe(false);
});
