import fc from 'fast-check';
import { decodeAnnouncement, decodeStreamEntry, encodeBody } from '../../src/redis/entry-codec';

const optionalText = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });

const publications = fc
  .record({
    event: fc.oneof(fc.constant('message'), fc.string({ unit: 'binary' })),
    data: fc
      .tuple(fc.jsonValue(), fc.constantFrom(undefined, 2, '\n'))
      .map(([value, space]) => JSON.stringify(value, null, space)),
    echo: fc.boolean(),
    client: optionalText,
    user: optionalText,
  })
  .map(({ client, user, ...rest }) => ({
    channel: 'a',
    ...rest,
    ...(client !== undefined && { client }),
    ...(user !== undefined && { user }),
  }));

const positions = fc.record({ seq: fc.maxSafeNat(), prev: fc.maxSafeNat(), time: fc.maxSafeNat() });

it('gives back from the stream what was stored', () => {
  fc.assert(
    fc.property(publications, positions, (publication, { seq, prev, time }) => {
      const fields = ['p', `${prev}`, 't', `${time}`, 'b', encodeBody(publication)];
      expect(decodeStreamEntry('a', [`${seq}-0`, fields])).toEqual({ ...publication, seq, prev, time });
    }),
  );
});

it('gives back from an announcement what was stored', () => {
  fc.assert(
    fc.property(publications, positions, (publication, { seq, prev, time }) => {
      const text = `Epoch1 ${seq} ${prev} ${time}\n${encodeBody(publication)}`;
      expect(decodeAnnouncement('a', text)).toEqual({ epoch: 'Epoch1', entry: { ...publication, seq, prev, time } });
    }),
  );
});

it('takes no text for an announcement that is none, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeAnnouncement('a', text)).toBeUndefined();
      expect(decodeAnnouncement('a', `E 1 0 1\n${text}`)?.entry.seq ?? 1).toBe(1);
    }),
  );
});

it('refuses an entry of the stream that no append stored', () => {
  expect(() => decodeStreamEntry('a', ['1-0', ['field', 'value']])).toThrow('Not an entry: a 1-0');
  expect(() => decodeStreamEntry('a', ['1-0', ['p', '0', 't', '1', 'b', 'no line feed']])).toThrow('Not an entry');
});

it('leaves out what is the default', () => {
  const body = (more: object): string => encodeBody({ channel: 'a', event: 'message', data: '1', echo: true, ...more });
  expect(body({})).toBe('{}\n1');
  expect(body({ client: 'c' })).toBe('{"client":"c"}\n1');
  expect(body({ event: 'e', client: 'c', user: 'u', echo: false })).toBe(
    '{"event":"e","client":"c","user":"u","echo":false}\n1',
  );
});
