import { CodedError, type ErrorCode, type Start } from '@tetracast/message-model';
import type { IncomingHttpHeaders } from 'node:http';
import { parsePollRequest, type PollRequest } from '../src/poll-request';

const SETTINGS = { maxPollWaitMs: 55_000, maxPollLimit: 1000 };

function parse(query: Record<string, unknown>, headers: IncomingHttpHeaders = {}, settings = SETTINGS): PollRequest {
  return parsePollRequest({ channel: 'news', ...query }, headers, settings);
}

function codeOf(query: Record<string, unknown>): ErrorCode | undefined {
  try {
    parse(query);
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return undefined;
}

const after = (cursor: string): Start => ({ kind: 'after', cursor });

it('needs a channel', () => {
  expect(codeOf({ channel: undefined })).toBe('invalid_channel');
});

describe('wait', () => {
  it.each<[string | undefined, number]>([
    [undefined, 0],
    ['', 0],
    ['0', 0],
    ['1', 1000],
    ['55', 55_000],
    ['05', 5000],
    ['56', 55_000],
    ['100', 55_000],
    ['9'.repeat(400), 55_000],
  ])('%s is taken for %i ms', (wait, waitMs) => {
    const request = parse({ wait });

    expect(request.waitMs).toBe(waitMs);
    expect(request).not.toHaveProperty('preferenceApplied');
  });

  it.each(['-1', '1.5', '1e1', '1s', 'soon', ' 5', ['1', '2']])('%j is refused', (wait) => {
    expect(codeOf({ wait })).toBe('invalid_request');
  });

  it('is cut to MAX_POLL_WAIT', () => {
    expect(parse({ wait: '55' }, {}, { ...SETTINGS, maxPollWaitMs: 10_000 }).waitMs).toBe(10_000);
    expect(parse({ wait: '55' }, {}, { ...SETTINGS, maxPollWaitMs: 0 }).waitMs).toBe(0);
  });
});

describe('Prefer', () => {
  it.each<[string, number, string]>([
    ['wait=20', 20_000, 'wait=20'],
    ['wait=0', 0, 'wait=0'],
    ['wait=55', 55_000, 'wait=55'],
    ['wait=56', 55_000, 'wait=55'],
    ['wait=999999999', 55_000, 'wait=55'],
    ['wait=99999999999', 55_000, 'wait=55'],
    ['Wait = 20', 20_000, 'wait=20'],
    ['wait="20"', 20_000, 'wait=20'],
    ['respond-async, wait=20; foo=bar', 20_000, 'wait=20'],
    ['wait=20, wait=30', 20_000, 'wait=20'],
  ])('%s is applied', (prefer, waitMs, preferenceApplied) => {
    expect(parse({}, { prefer })).toMatchObject({ waitMs, preferenceApplied });
  });

  it.each(['', 'wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5', 'await=20', 'return=minimal'])(
    '%s is ignored',
    (prefer) => {
      const request = parse({}, { prefer });

      expect(request.waitMs).toBe(0);
      expect(request).not.toHaveProperty('preferenceApplied');
    },
  );

  it('yields to wait in the query', () => {
    const request = parse({ wait: '5' }, { prefer: 'wait=20' });

    expect(request.waitMs).toBe(5000);
    expect(request).not.toHaveProperty('preferenceApplied');
  });

  it('says which part was used', () => {
    expect(parse({}, { prefer: 'wait=20' }, { ...SETTINGS, maxPollWaitMs: 10_500 })).toMatchObject({
      waitMs: 10_500,
      preferenceApplied: 'wait=10',
    });
  });
});

describe('limit', () => {
  it.each<[string | undefined, number]>([
    [undefined, 100],
    ['', 100],
    ['1', 1],
    ['999', 999],
    ['1000', 1000],
    ['1001', 1000],
    ['999999999', 1000],
    ['99999999999', 1000],
  ])('%s is taken for %i', (limit, expected) => {
    expect(parse({ limit }).limit).toBe(expected);
  });

  it.each(['0', '-1', '1.5', 'many', '01', '1e2', ['1', '2']])('%j is refused', (limit) => {
    expect(codeOf({ limit })).toBe('invalid_request');
  });

  it('is by default no more than maxPollLimit', () => {
    expect(parse({}, {}, { ...SETTINGS, maxPollLimit: 10 }).limit).toBe(10);
  });
});

describe('If-None-Match', () => {
  it.each<[string, string[]]>([
    ['"e-1"', ['e-1']],
    ['W/"e-1"', ['e-1']],
    ['"e-1", W/"e-2"  ,"e-3"', ['e-1', 'e-2', 'e-3']],
    ['"e-1~5.AAAAAAAA"', ['e-1~5.AAAAAAAA']],
    ['*', []],
    ['e-1', []],
    ['"no such cursor", "e-1"', ['e-1']],
    ['"e-1-gzip"', ['e-1']],
    ['W/"e-1-br"', ['e-1']],
    ['"e-1--gzip"', ['e-1']],
    ['"e-1;gzip", "e-2;br"', ['e-1', 'e-2']],
    ['"e-1-zstd"', ['e-1']],
    ['"e-1-GZIP"', ['e-1']],
    ['"e-1~5.AAAAAAAA-deflate"', ['e-1~5.AAAAAAAA']],
    ['"e-1~5.AAA-gzip"', ['e-1~5.AAA-gzip']],
    ['"e-1-gzipped"', []],
    ['"-gzip"', []],
    ['""', []],
    ['', []],
  ])('%s names %j', (header, cursors) => {
    expect(parse({}, { 'if-none-match': header }).knownCursors).toEqual(cursors);
  });

  it('is where the poll starts when nothing else is said', () => {
    expect(parse({}, { 'if-none-match': '"e-1"' }).start).toEqual(after('e-1'));
    expect(parse({}, { 'if-none-match': '"e-1-gzip"' }).start).toEqual(after('e-1'));
  });

  it('starts the poll at the oldest of several cursors', () => {
    expect(parse({}, { 'if-none-match': '"e-10", "e-9;br", "e-11"' }).start).toEqual(after('e-9'));
  });

  it.each(['*', '""', 'e-1', 'rubbish', '"no such cursor"', '"e-1'])(
    'is a cursor that cannot be read, for a reset to answer: %s',
    (header) => {
      expect(parse({}, { 'if-none-match': header }).start).toEqual(after(header));
      expect(parse({ after: 'e-1' }, { 'if-none-match': header }).start).toEqual(after('e-1'));
    },
  );

  it.each([{}, { 'if-none-match': '' }])('is no start when nothing is in it: %j', (headers) => {
    expect(parse({}, headers).start).toEqual({ kind: 'now' });
  });
});

describe('the start', () => {
  it.each<[string, Record<string, string>, IncomingHttpHeaders, Start]>([
    ['Last-Event-ID over after', { after: 'e-1' }, { 'last-event-id': 'e-2', 'if-none-match': '"e-3"' }, after('e-2')],
    ['after over If-None-Match', { after: 'e-1' }, { 'if-none-match': '"e-3"' }, after('e-1')],
    ['rewind over If-None-Match', { rewind: '5' }, { 'if-none-match': '"e-3"' }, { kind: 'rewind', count: 5 }],
    ['earliest over If-None-Match', { after: 'earliest' }, { 'if-none-match': '"e-3"' }, { kind: 'earliest' }],
  ])('takes %s', (_, query, headers, start) => {
    expect(parse(query, headers).start).toEqual(start);
  });
});
