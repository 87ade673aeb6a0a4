import { readHandshake, readSubscribe } from '../../src/session/handshake';

const PID = 'aaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaa.1.1';
const UNREADABLE = { kind: 'after', cursor: expect.stringMatching(/^[^A-Za-z0-9]+$/) as string };

describe('the offset of a client that comes back', () => {
  it('wins over the words of a start', () => {
    const auth = { channels: 'a', pid: PID, offset: 'e-2', after: 'e-1', rewind: 5 };

    expect(readHandshake('/', auth)).toEqual({ channels: ['a'], start: { kind: 'after', cursor: 'e-2' } });
  });

  it.each([7, '', true, {}, ['e-1']])(
    'is a cursor that cannot be read if it is %j, whatever else is said',
    (offset) => {
      for (const words of [{}, { after: 'e-1' }, { rewind: 5 }]) {
        expect(readHandshake('/a', { pid: PID, offset, ...words }).start).toEqual(UNREADABLE);
      }
    },
  );

  it.each([{}, { offset: null }])('may be absent, when nothing came before the cut: %j', (offset) => {
    expect(readHandshake('/a', { pid: PID, ...offset }).start).toEqual({ kind: 'now' });
    expect(readHandshake('/a', { pid: PID, after: 'e-1', ...offset }).start).toEqual({ kind: 'after', cursor: 'e-1' });
  });
});

describe('"after"', () => {
  it.each([7, 'x y', '[object Object]'])('is never taken for absent: %j', (after) => {
    expect(readSubscribe({ channels: ['a'], after }).start).toEqual({ kind: 'after', cursor: String(after) });
  });

  it.each([{}, true])('must be a string: %j', (after) => {
    expect(() => readSubscribe({ channels: ['a'], after })).toThrow('"after" must be a string');
  });

  it('may occur only once', () => {
    expect(() => readSubscribe({ channels: ['a'], after: ['e-1', 'e-2'] })).toThrow('"after" must occur only once');
  });
});
