import { openJQueryPage } from '@tetracast/testing';
import { publishRoute } from '../src/http/publish-route';
import { ask, type Answer, post, problemIn } from './ask';
import { startService, type TestService } from '../src/testing';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('POST of a message', () => {
  let service: TestService;
  let url: string;

  beforeAll(async () => {
    service = await startService([publishRoute('/news')]);
    url = `${service.url}/news`;
  });

  afterAll(async () => {
    await service.close();
  });

  const stored = async ({
    text,
  }: Answer): Promise<{ data: unknown; event: string; echo: boolean; client?: string }> => {
    const { id, channel } = JSON.parse(text) as { id: string; channel: string };
    const page = await service.tetracast.bus.read(channel, { kind: 'rewind', count: 1 });
    const [entry] = page.entries;
    if (entry === undefined) throw new Error(`nothing is stored in ${channel}`);
    expect(id).toBe(`${page.epoch}-${entry.seq}`);
    return { ...entry, data: JSON.parse(entry.data) };
  };

  it('takes JSON', async () => {
    const answer = await post(url, '{"channel":"json","data":{"a":1},"event":"e","echo":false,"client":"c"}');

    expect(answer.status).toBe(201);
    expect(await stored(answer)).toMatchObject({ data: { a: 1 }, event: 'e', echo: false, client: 'c' });
  });

  it('takes JSON with a charset', async () => {
    const answer = await post(url, '{"channel":"json","data":"é"}', {
      'content-type': 'application/json; charset=UTF-8',
    });

    expect((await stored(answer)).data).toBe('é');
  });

  it('takes data with the names of every object', async () => {
    const data = '{"__proto__":{"a":1},"constructor":{"prototype":2}}';

    const answer = await post(url, `{"channel":"json","data":${data}}`);

    expect(JSON.stringify((await stored(answer)).data)).toBe(data);
  });

  it.each<[string, string, object]>([
    ['a text', 'channel=form&data=a%26b+c', { data: 'a&b c', event: 'message', echo: true }],
    ['an empty text', 'channel=form&data=', { data: '' }],
    ['what looks like JSON', 'channel=form&data=%7B%22a%22%3A1%7D', { data: '{"a":1}' }],
    [
      'a nested object',
      'channel=form&data[text]=hi&data[to][]=a&data[to][]=b',
      { data: { text: 'hi', to: ['a', 'b'] } },
    ],
    ['all fields', 'channel=form&data=x&event=e&echo=false&client=c', { event: 'e', echo: false, client: 'c' }],
    ['echo=true', 'channel=form&data=x&echo=true', { echo: true }],
  ])('takes a form with %s', async (_, body, expected) => {
    const answer = await post(url, body, FORM);

    expect(answer.status).toBe(201);
    expect(await stored(answer)).toMatchObject(expected);
  });

  it('takes what $.ajax sends', async () => {
    const page = openJQueryPage(service.url);
    const data = { channel: 'jquery', data: { text: 'naïve & co', tags: ['a', 'b'] }, echo: false };

    const text = await new Promise<string>((resolve, reject) => {
      const xhr = page.$.ajax({ method: 'POST', url: '/news', data });
      xhr.then(
        () => resolve(xhr.responseText),
        () => reject(new Error(xhr.responseText)),
      );
    });
    page.close();

    expect(await stored({ status: 201, headers: {}, text })).toMatchObject({ data: data.data, echo: false });
  });

  it('answers a repeated key with 200 and the first id', async () => {
    const headers = { 'idempotency-key': 'one' };

    const first = await post(url, '{"channel":"once","data":1}', headers);
    const again = await post(url, 'channel=once&data=1', { ...FORM, ...headers });

    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.text).toBe(first.text);
  });

  it.each(['two words', 'k'.repeat(201), ''])('refuses the key "%s"', async (key) => {
    const answer = await post(url, '{"channel":"once","data":1}', { 'idempotency-key': key });

    expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('refuses two keys', async () => {
    const answer = await ask(url, {
      method: 'POST',
      body: '{"channel":"once","data":1}',
      headers: { 'content-type': 'application/json', 'idempotency-key': ['a', 'b'] },
    });

    expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it.each<[string, string, string | undefined, number, string]>([
    ['no body', '', undefined, 400, 'invalid_message'],
    ['an empty body', '', 'application/json', 400, 'invalid_request'],
    ['half of an object', '{"channel":', 'application/json', 400, 'invalid_request'],
    ['an empty form', '', FORM['content-type'], 400, 'invalid_channel'],
    ['a form without data', 'channel=a', FORM['content-type'], 400, 'invalid_message'],
    ['a form with two channels', 'channel=a&channel=b&data=1', FORM['content-type'], 400, 'invalid_channel'],
    ['a form whose echo is another word', 'channel=a&data=1&echo=yes', FORM['content-type'], 400, 'invalid_message'],
    ['a form of too many fields', 'a=&'.repeat(1001), FORM['content-type'], 400, 'invalid_request'],
    ['text', 'hello', 'text/plain', 415, 'unsupported_media_type'],
    ['a multipart form', '--x--', 'multipart/form-data; boundary=x', 415, 'unsupported_media_type'],
    ['no type', '{"channel":"a","data":1}', undefined, 415, 'unsupported_media_type'],
    ['a type that is none', '{"channel":"a","data":1}', 'json', 415, 'unsupported_media_type'],
  ])('refuses %s', async (_, body, type, status, code) => {
    const answer = await ask(url, {
      method: 'POST',
      body,
      headers: type === undefined ? {} : { 'content-type': type },
    });

    expect(problemIn(answer)).toMatchObject({ status, code });
  });

  it.each([
    ['text/plain', 'has a Content-Type that the path does not take'],
    [undefined, 'has no Content-Type'],
  ])('says which type to send instead of %s', async (type, given) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const answer = await ask(url, { method: 'POST', body: 'hello', headers });

    const detail = `the body ${given}: send application/json or application/x-www-form-urlencoded`;
    expect(problemIn(answer)).toMatchObject({ status: 415, detail });
  });

  it('does not parse a body that is too deep', async () => {
    const body = `{"channel":"a","data":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    const answer = await ask(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

    expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid_message' });
    expect(problemIn(answer)).toMatchObject({ detail: expect.stringMatching(/JSON has more than 128/) as unknown });
  });

  describe('that would be stored as something else', () => {
    const JSON_TYPE = 'application/json';
    const publication = '{"channel":"exact","data":1}';
    const head = async (): Promise<number> => (await service.tetracast.bus.positions(['exact'])).head;

    it.each<[string, string | Buffer, string]>([
      ['a number no double can hold', '{"channel":"exact","data":1e400}', JSON_TYPE],
      ['JSON that is not UTF-8', Buffer.from('{"channel":"exact","data":"\xff"}', 'latin1'), JSON_TYPE],
      ['half a letter', Buffer.from('{"channel":"exact","data":"é"}').subarray(0, -3), JSON_TYPE],
      ['a form that is not UTF-8', Buffer.from('channel=exact&data=\xe9', 'latin1'), FORM['content-type']],
      ['a form whose bytes are not', 'channel=exact&data=%E9t%E9', FORM['content-type']],
      ['a form whose names are not', 'channel=exact&data[%E9]=1', FORM['content-type']],
    ])('is refused: %s', async (_, body, type) => {
      const before = await head();

      const answer = await post(url, body, { 'content-type': type });

      expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid_message' });
      expect(await head()).toBe(before);
    });

    it.each([
      ['application/json; charset=iso-8859-1', publication],
      ['application/json;charset="utf-16"', publication],
      ['application/json; charset=utf-8; charset=iso-8859-1', publication],
      ['application/x-www-form-urlencoded; charset=windows-1252', 'channel=exact&data=1'],
    ])('is refused as %s', async (type, body) => {
      const before = await head();

      const answer = await post(url, body, { 'content-type': type });

      expect(problemIn(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
      expect(answer.headers).not.toHaveProperty('accept-encoding');
      expect(await head()).toBe(before);
    });

    it.each(['gzip', 'br', 'identity, gzip', 'x-made-up'])('is refused with the coding %s', async (coding) => {
      const before = await head();

      const answer = await post(url, publication, { 'content-encoding': coding });

      expect(problemIn(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
      expect(answer.headers).toMatchObject({ 'accept-encoding': 'identity' });
      expect(await head()).toBe(before);
    });

    it('names the types that it takes', async () => {
      const { headers } = await post(url, 'hello', { 'content-type': 'text/plain' });

      expect(headers).toMatchObject({ accept: 'application/json, application/x-www-form-urlencoded' });
      expect(headers).not.toHaveProperty('accept-encoding');
    });

    it.each<[string, string, object]>([
      [JSON_TYPE, '{"channel":"exact","data":"é\\ufffd�"}', { data: 'é\ufffd\ufffd' }],
      ['application/json; charset="UTF-8"', '\ufeff{"channel":"exact","data":"é"}', { data: 'é' }],
      ['application/json;charset=utf8', publication, { data: 1 }],
      ['application/json; charset=us-ascii', publication, { data: 1 }],
      [`${FORM['content-type']}; charset=UTF-8`, 'channel=exact&data=%C3%A9%EF%BF%BD%', { data: 'é\ufffd%' }],
    ])('is not what comes as %s: %s', async (type, body, expected) => {
      const answer = await post(url, body, { 'content-type': type, 'content-encoding': 'identity' });

      expect(answer.status).toBe(201);
      expect(await stored(answer)).toMatchObject(expected);
    });
  });

  describe('of the greatest size', () => {
    it('takes 64 KiB of data as JSON', async () => {
      expect((await post(url, JSON.stringify({ channel: 'big', data: 'x'.repeat(65_534) }))).status).toBe(201);
    });

    it('refuses one byte more', async () => {
      const answer = await post(url, JSON.stringify({ channel: 'big', data: 'x'.repeat(65_535) }));

      expect(problemIn(answer)).toMatchObject({ status: 413, code: 'message_too_large' });
    });

    it('takes them as a form and as ASCII JSON, which are three times as long on the wire', async () => {
      const data = 'é'.repeat(32_767);
      const form = new URLSearchParams({ channel: 'big', data }).toString();
      const ascii = `{"channel":"big","data":"${'\\u00e9'.repeat(32_767)}"}`;

      expect((await post(url, form, FORM)).status).toBe(201);
      expect((await post(url, ascii)).status).toBe(201);
    });

    it('refuses a body that cannot hold a message, before it has come', async () => {
      const answer = await post(url, JSON.stringify({ channel: 'big', data: 'x'.repeat(2 ** 18) }));

      expect(problemIn(answer)).toMatchObject({ status: 413, code: 'message_too_large' });
    });
  });
});
