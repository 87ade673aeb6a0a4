import fc from 'fast-check';
import { createBus } from '../../../src';
import { parseAddress } from '../../../src/redis/address/redis-address';
import { SETTINGS } from '../../contract/harness';

const ONE = { host: 'a', port: 6379, db: 0, tls: false };

it.each([
  ['redis://a', ONE],
  ['redis://a/', ONE],
  ['redis://a:6379/0', ONE],
  ['rediss://a:1/15', { ...ONE, port: 1, db: 15, tls: true }],
  ['redis://[::1]:2/3', { ...ONE, host: '::1', port: 2, db: 3 }],
  ['redis://:p@a', { ...ONE, password: 'p' }],
  ['redis://u:p:q@r,s%25@a', { ...ONE, username: 'u', password: 'p:q@r,s%' }],
])('reads %s', (url, wanted) => expect(parseAddress(url)).toEqual(wanted));

const SECRET = 'hunter2';
const ENCODE = /percent-encode a user or password: \/ as %2F, \? as %3F, # as %23, % as %25/;

it.each([
  ['redis://', /the host is no host\[:port\]/],
  ['redis://a:0', /the host is no host/],
  ['redis://a/-1', /what follows the host is no database number/],
  ['redis://a/abc', /no database number/],
  ['redis://a/1/2', /no database number/],
  ['redis://a/0x1', /no database number/],
  ['redis://a?db=1', /no parameters/],
  ['redis://a#1', /a # may not stand in it/],
  [`redis://${SECRET}@a`, /user:password or :password/],
  ['redis://u:@a', /the password is empty/],
])('says what is wrong with %s, and no secret', (url, wanted) => {
  expect(() => createBus(url, SETTINGS)).toThrow(wanted);
  expect(() => createBus(url, SETTINGS)).toThrow(new RegExp(`^BUS_URL: ((?!${SECRET}).)*$`));
});

it.each(['redis', 'rediss', 'redis+sentinel', 'rediss+sentinel'])(
  'says how to write a password that is not percent-encoded in %s://, and no part of it',
  (scheme) => {
    for (const raw of ['/', '#', '?', '%', '%zz', '/@', '#@', '12/', '12#', '12?', ',/', '/,']) {
      const url = `${scheme}://user:${raw}${SECRET}@host/main/0`.replace('/main', scheme.endsWith('l') ? '/main' : '');
      expect(() => createBus(url, SETTINGS)).toThrow(ENCODE);
      expect(() => createBus(url, SETTINGS)).toThrow(new RegExp(`^BUS_URL: ((?!${SECRET}).)*$`));
    }
  },
);

it('reads back whatever was written with every secret encoded', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
  const port = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(host, port, fc.nat(1000), fc.boolean(), text, text, (name, at, db, tls, username, password) => {
      const user = [username, password].map(encodeURIComponent).join(':');
      const url = `redis${tls ? 's' : ''}://${user}@${name.includes(':') ? `[${name}]` : name}:${at}/${db}`;
      expect(parseAddress(url)).toEqual({ host: name, port: at, db, tls, username, password });
    }),
  );
});
