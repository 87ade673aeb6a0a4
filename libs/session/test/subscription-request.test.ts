import { CodedError, type ErrorCode, type Start } from '@tetracast/message-model';
import { parseFormat, parseSubscriptionRequest, requireChannels } from '../src/subscription-request';

function codeOf(action: () => unknown): ErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return undefined;
}

const after = (cursor: string): Start => ({ kind: 'after', cursor });

describe('channels', () => {
  it.each<[string, unknown, string[]]>([
    ['none', undefined, []],
    ['one', 'news', ['news']],
    ['a list', 'a,b', ['a', 'b']],
    ['repeats', ['a', 'b'], ['a', 'b']],
    ['lists that repeat, each name once', ['a,b', 'b,c', 'a'], ['a', 'b', 'c']],
    ['names of Unicode', 'чат,room:1', ['чат', 'room:1']],
  ])('reads %s', (_, channel, expected) => {
    expect(parseSubscriptionRequest(channel === undefined ? {} : { channel }).channels).toEqual(expected);
  });

  it.each([
    [{ 'channel[]': 'a' }, ['a']],
    [{ 'channel[]': ['a', 'b,c'] }, ['a', 'b', 'c']],
    [{ 'channel[0]': 'a', 'channel[1]': 'b' }, ['a', 'b']],
    [{ channel: 'a', 'channel[]': 'b' }, ['a', 'b']],
  ])('reads what clients make of a list: %j', (query, expected) => {
    expect(parseSubscriptionRequest(query).channels).toEqual(expected);
  });

  it.each(['channel[', 'channel[a]', 'channel[][]', 'channels', 'xchannel[]'])('reads none from %s', (name) => {
    expect(parseSubscriptionRequest({ [name]: 'a' }).channels).toEqual([]);
  });

  it('refuses a bad name in a list, too', () => {
    expect(codeOf(() => parseSubscriptionRequest({ 'channel[]': ['a', 'two words'] }))).toBe('invalid_channel');
  });

  it.each(['', 'a,', ',a', 'a,,b', 'a, b', 'two words', '$own', 'e\u0301', 'c'.repeat(201)])(
    'refuses "%s"',
    (channel) => {
      expect(codeOf(() => parseSubscriptionRequest({ channel }))).toBe('invalid_channel');
    },
  );

  it.each([[[1]], [['a', null]], [{ a: 'b' }], [1], [null]])('refuses what is no text: %j', (channel) => {
    expect(codeOf(() => parseSubscriptionRequest({ channel }))).toBe('invalid_request');
  });

  it('may be required', () => {
    expect(codeOf(() => requireChannels(parseSubscriptionRequest({})))).toBe('invalid_channel');
    expect(requireChannels(parseSubscriptionRequest({ channel: 'a' })).channels).toEqual(['a']);
  });
});

describe('the start', () => {
  it.each<[string, Record<string, unknown>, string | undefined, Start]>([
    ['nothing', {}, undefined, { kind: 'now' }],
    ['after', { after: 'e-1' }, undefined, after('e-1')],
    ['after=earliest', { after: 'earliest' }, undefined, { kind: 'earliest' }],
    ['rewind', { rewind: '5' }, undefined, { kind: 'rewind', count: 5 }],
    ['rewind=0', { rewind: '0' }, undefined, { kind: 'rewind', count: 0 }],
    ['lastEventId', { lastEventId: 'e-1' }, undefined, after('e-1')],
    ['the header', {}, 'e-1', after('e-1')],
    [
      'the header over lastEventId, after and rewind',
      { lastEventId: 'e-2', after: 'e-1', rewind: '3' },
      'e-3',
      after('e-3'),
    ],
    ['lastEventId over after', { lastEventId: 'e-2', after: 'e-1' }, undefined, after('e-2')],
    ['after over rewind', { after: 'e-1', rewind: '3' }, undefined, after('e-1')],
    ['after when the header is empty', { after: 'e-1' }, '', after('e-1')],
    ['nothing when all are empty', { after: '', lastEventId: '', rewind: '' }, '', { kind: 'now' }],
    [
      'a cursor that cannot be read, for a reset to answer',
      { after: 'no such~cursor' },
      undefined,
      after('no such~cursor'),
    ],
  ])('is read from %s', (_, query, header, start) => {
    expect(parseSubscriptionRequest(query, header).start).toEqual(start);
  });

  it.each(['-1', '1.5', 'far', '1e300'])('refuses rewind=%s', (rewind) => {
    expect(codeOf(() => parseSubscriptionRequest({ rewind }))).toBe('invalid_request');
  });

  it.each(['after', 'rewind', 'lastEventId', 'client'])('refuses %s twice', (name) => {
    expect(codeOf(() => parseSubscriptionRequest({ [name]: ['1', '2'] }))).toBe('invalid_request');
  });
});

describe('the client key', () => {
  it('is read', () => {
    expect(parseSubscriptionRequest({ client: 'tab-1' }).client).toBe('tab-1');
  });

  it.each([{}, { client: '' }])('may be absent: %j', (query) => {
    expect(parseSubscriptionRequest(query)).not.toHaveProperty('client');
  });

  it.each(['two words', 'k'.repeat(65), 'ü', 'a\n'])('refuses "%s"', (client) => {
    expect(codeOf(() => parseSubscriptionRequest({ client }))).toBe('invalid_request');
  });
});

describe('the format', () => {
  it.each([
    [{}, 'message'],
    [{ format: '' }, 'message'],
    [{ format: 'data' }, 'data'],
  ])('of %j is %s', (query, format) => {
    expect(parseFormat(query)).toBe(format);
  });

  it.each(['message', 'Data', ['data', 'data']])('is not %j', (format) => {
    expect(codeOf(() => parseFormat({ format }))).toBe('invalid_request');
  });
});
