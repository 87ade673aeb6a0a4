import { findForbiddenHost } from '../../src/origin/allowed-host';

const LOOPBACK = { host: '127.0.0.1', allowedOrigins: ['https://push.example:8443'], trustProxy: ['127.0.0.1'] };

describe('a service on loopback', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST',
    'app.localhost:8080',
    '127.0.0.1',
    '127.8.8.8:1',
    '[::1]:8080',
    'push.example',
    'push.example:1234',
  ])('answers to %s', (host) => {
    expect(findForbiddenHost({ host }, LOOPBACK)).toBeUndefined();
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    '192.168.1.5:8080',
    'localhost.evil.example',
    'a b',
    'not.push.example',
  ])('does not answer to %s', (host) => {
    expect(findForbiddenHost({ host }, LOOPBACK)).toBe(host);
  });

  it('answers to who names no host, which no browser does', () => {
    expect(findForbiddenHost({}, LOOPBACK)).toBeUndefined();
  });

  it('believes the host of a trusted proxy, and of nobody else', () => {
    const asked = { host: 'localhost', 'x-forwarded-host': 'evil.example' };
    expect(findForbiddenHost(asked, LOOPBACK, '127.0.0.1')).toBe('evil.example');
    expect(findForbiddenHost(asked, LOOPBACK, '127.0.0.2')).toBeUndefined();
    expect(
      findForbiddenHost({ host: 'evil.example', 'x-forwarded-host': 'push.example' }, LOOPBACK, '127.0.0.1'),
    ).toBeUndefined();
  });
});

it('is of no concern to a service that others reach', () => {
  expect(findForbiddenHost({ host: 'evil.example' }, { ...LOOPBACK, host: '0.0.0.0' })).toBeUndefined();
});

describe('a service behind a proxy on loopback, without keys', () => {
  const settings = { host: '0.0.0.0', allowedOrigins: [], trustProxy: [], allowedHosts: ['localhost', 'Push.example'] };

  it('answers under the names in its settings, and those of loopback', () => {
    for (const host of ['localhost:8080', 'push.example', '127.0.0.1:8080', '[::1]']) {
      expect(findForbiddenHost({ host }, settings)).toBeUndefined();
    }
    expect(findForbiddenHost({ host: 'evil.example:8080' }, settings)).toBe('evil.example:8080');
  });

  it('answers under any name while its settings have none, or where tokens say who may use it', () => {
    expect(findForbiddenHost({ host: 'any.example' }, { ...settings, allowedHosts: [] })).toBeUndefined();
    expect(findForbiddenHost({ host: 'any.example' }, { ...settings, authSecret: 's'.repeat(32) })).toBeUndefined();
  });
});
