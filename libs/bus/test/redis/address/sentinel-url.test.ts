import fc from 'fast-check';
import { createBus } from '../../../src';
import { isSentinelUrl, parseSentinelUrl, sentinelOptions } from '../../../src/redis/address/sentinel-url';
import { SETTINGS } from '../../contract/harness';

const ONE = { sentinels: [{ host: 'a', port: 26_379 }], name: 'main', db: 0, tls: false };

it.each([
  ['redis+sentinel://a/main', ONE],
  ['redis+sentinel://a:26379/main/0', ONE],
  ['redis+sentinel://a/main/', ONE],
  ['redis+sentinel://a/main?', ONE],
  ['rediss+sentinel://a/main', { ...ONE, tls: true }],
  [
    'redis+sentinel://10.0.0.1:1,[::1]:2,b.example,[fe80::1]/my.main-1_b/15',
    {
      ...{ name: 'my.main-1_b', db: 15, tls: false },
      sentinels: [
        { host: '10.0.0.1', port: 1 },
        { host: '::1', port: 2 },
        { host: 'b.example', port: 26_379 },
        { host: 'fe80::1', port: 26_379 },
      ],
    },
  ],
  ['redis+sentinel://:p@a/main', { ...ONE, password: 'p' }],
  ['redis+sentinel://u:p:q@r,s%25@a/main', { ...ONE, username: 'u', password: 'p:q@r,s%' }],
  ['redis+sentinel://a/main?sentinel_password=p%26=q', { ...ONE, sentinelPassword: 'p&=q' }],
  [
    'redis+sentinel://u:p@a/main/0?sentinel_username=w&sentinel_password=x',
    { ...ONE, username: 'u', password: 'p', sentinelUsername: 'w', sentinelPassword: 'x' },
  ],
])('reads %s', (url, wanted) => expect(parseSentinelUrl(url)).toEqual(wanted));

const SECRET = 'hunter2';

it.each([
  ['redis+sentinel://', /Sentinel 1 of the list/],
  ['redis+sentinel:///main', /Sentinel 1 of the list/],
  ['redis+sentinel://a,/main', /Sentinel 2 of the list/],
  ['redis+sentinel://a,,b/main', /Sentinel 2 of the list/],
  ['redis+sentinel://a:0/main', /Sentinel 1 of the list/],
  ['redis+sentinel://a:65536/main', /Sentinel 1 of the list/],
  ['redis+sentinel://a:x/main', /Sentinel 1 of the list/],
  ['redis+sentinel://::1/main', /Sentinel 1 of the list/],
  ['redis+sentinel://a', /the name of the primary is missing/],
  ['redis+sentinel://a//0', /the name of the primary is missing/],
  ['redis+sentinel://a?sentinelMasterId=main', /the name of the primary is missing/],
  ['redis+sentinel://a/ma%20in', /may hold letters/],
  ['redis+sentinel://a/main/x', /no database number/],
  ['redis+sentinel://a/main/-1', /no database number/],
  ['redis+sentinel://a/main/0/1', /no database number/],
  [`redis+sentinel://${SECRET}@a/main`, /user:password or :password/],
  ['redis+sentinel://u:@a/main', /the password is empty/],
  [`redis+sentinel://u:${SECRET}%@a/main`, /% as %25/],
  [`redis+sentinel://u:${SECRET}/x@a/main`, /Sentinel 1 of the list/],
  [`redis+sentinel://a/main?password=${SECRET}`, /the only parameters are sentinel_username and sentinel_password/],
  [`redis+sentinel://a/main?toString=${SECRET}`, /the only parameters/],
  ['redis+sentinel://a/main?sentinel_password=', /sentinel_password is empty/],
  [`redis+sentinel://a/main?sentinel_password=${SECRET}&sentinel_password=${SECRET}`, /stands there twice/],
  ['redis+sentinel://a/main?sentinel_username=u', /sentinel_password is missing/],
])('says what is wrong with %s, and no secret', (url, wanted) => {
  expect(() => createBus(url, SETTINGS)).toThrow(wanted);
  expect(() => createBus(url, SETTINGS)).toThrow(new RegExp(`^BUS_URL: ((?!${SECRET}).)*$`));
});

it('reads back whatever was written with every secret encoded', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  const host = fc.record({
    host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 1, max: 65_535 }),
  });
  const address = fc.record(
    {
      sentinels: fc.array(host, { minLength: 1, maxLength: 5 }),
      name: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
      db: fc.nat(1000),
      tls: fc.boolean(),
      username: text,
      password: text,
      sentinelPassword: text,
    },
    { requiredKeys: ['sentinels', 'name', 'db', 'tls', 'password'] },
  );
  fc.assert(
    fc.property(address, ({ sentinels, name, db, tls, username = '', password, sentinelPassword }) => {
      const hosts = sentinels.map((one) => `${one.host.includes(':') ? `[${one.host}]` : one.host}:${one.port}`);
      const user = [username, password].map(encodeURIComponent).join(':');
      const query = sentinelPassword === undefined ? '' : `?sentinel_password=${encodeURIComponent(sentinelPassword)}`;
      const url = `redis${tls ? 's' : ''}+sentinel://${user}@${hosts.join()}/${name}/${db}${query}`;
      expect(isSentinelUrl(url)).toBe(true);
      expect(parseSentinelUrl(url)).toEqual({
        ...{ sentinels, name, db, tls, password },
        ...(username !== '' && { username }),
        ...(sentinelPassword !== undefined && { sentinelPassword }),
      });
    }),
  );
});

it('tells ioredis to speak TLS to the servers and to the Sentinels, or to neither', () => {
  const options = (url: string) => sentinelOptions(parseSentinelUrl(url), 100);
  expect(options('rediss+sentinel://a/main')).toMatchObject({
    tls: {},
    sentinelTLS: {},
    enableTLSForSentinelMode: true,
  });
  expect(Object.keys(options('redis+sentinel://a/main'))).not.toEqual(expect.arrayContaining(['tls']));
});
