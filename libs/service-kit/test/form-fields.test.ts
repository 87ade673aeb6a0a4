import { openJQueryPage } from '@tetracast/testing';
import fc from 'fast-check';
import { isUtf8Form, parseFormFields } from '../src/http/form-fields';

describe('parseFormFields', () => {
  it.each<[string, Record<string, unknown>]>([
    ['', {}],
    ['a=1', { a: '1' }],
    ['a=1&b=x+y%20z%2B', { a: '1', b: 'x y z+' }],
    ['a=', { a: '' }],
    ['a', { a: '' }],
    ['a=%C3%A9', { a: 'é' }],
    ['a=%', { a: '%' }],
    ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
    ['d[text]=hi', { d: { text: 'hi' } }],
    ['d%5Btext%5D=hi', { d: { text: 'hi' } }],
    ['d[]=1&d[]=2', { d: ['1', '2'] }],
    ['d[0]=1&d[1]=2', { d: ['1', '2'] }],
    ['d[0][a]=1&d[0][b]=2&d[1][a]=3', { d: [{ a: '1', b: '2' }, { a: '3' }] }],
    ['d[a][b][c]=1', { d: { a: { b: { c: '1' } } } }],
    ['d[5]=x', { d: { 5: 'x' } }],
    ['d[4294967294]=x', { d: { 4294967294: 'x' } }],
    ['d[a]=1&d[]=2&d=3', { d: { a: '1', 1: '2', 2: '3' } }],
    ['d=1&d[a]=2', { d: { 0: '1', a: '2' } }],
    ['d[1]=a&d[]=b', { d: { 1: ['a', 'b'] } }],
    ['d[=1&d]=2&[x]=3&d[a]b=4&d[[a]]=5', { 'd[': '1', 'd]': '2', '[x]': '3', 'd[a]b': '4', 'd[[a]]': '5' }],
    ['=1', { '': '1' }],
  ])('reads %s', (text, fields) => {
    expect(parseFormFields(text)).toEqual(fields);
  });

  it('reads names of every object like any other', () => {
    const fields = parseFormFields('d[__proto__][polluted]=1&__proto__[x]=1&d[constructor]=2&toString=3');

    expect(JSON.stringify(fields)).toBe(
      '{"d":{"__proto__":{"polluted":"1"},"constructor":"2"},"__proto__":{"x":"1"},"toString":"3"}',
    );
    expect({}).not.toHaveProperty('polluted');
  });

  it('reads what jQuery makes of an object', () => {
    using page = openPage();
    const strings = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a+b', 'a=b&c', '[x]', '%20', '\n'));
    // An index-like name is read as an index, and $.param leaves out what is empty.
    const names = fc.stringMatching(/^[a-z_]{1,8}$/);
    const values = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        strings,
        fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
        fc.dictionary(names, tie('value'), { minKeys: 1, maxKeys: 4 }),
      ),
    })).value;

    fc.assert(
      fc.property(fc.dictionary(names, values, { maxKeys: 4 }), (fields) => {
        expect(JSON.parse(JSON.stringify(parseFormFields(page.param(fields))))).toEqual(
          JSON.parse(JSON.stringify(fields)),
        );
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab01[\]=&%+]*$/), (text) => {
        parseFormFields(text);
      }),
    );
  });

  it('refuses more than any form has', () => {
    const fields = (count: number): string => Array.from({ length: count }, (_, index) => `f${index}=`).join('&');

    expect(parseFormFields(fields(1000))).toBeDefined();
    expect(parseFormFields(fields(1001))).toBeUndefined();
    expect(parseFormFields(`d${'[a]'.repeat(15)}=1`)).toBeDefined();
    expect(parseFormFields(`d${'[a]'.repeat(16)}=1`)).toBeUndefined();
  });
});

describe('isUtf8Form', () => {
  it.each(['', 'a=1&b=%C3%A9+%f0%9f%91%8d', 'a=é👍', 'a=%EF%BF%BD\ufffd', 'a=%&b=%4&c=%zz&d=%%C3%A9', 'a=%7F%00'])(
    'is true of %s',
    (text) => {
      expect(isUtf8Form(text)).toBe(true);
    },
  );

  it.each([
    'a=%E9',
    'a=t%e9t',
    '%FF=1',
    'a=%C3&b=%A9',
    'a=%ED%A0%80',
    'a=%C0%AF',
    'a=%F0%9F%91',
    'a=%EF%BF%BD%80',
    'a=%C3%%A9',
  ])('is false of %s', (text) => {
    expect(isUtf8Form(text)).toBe(false);
  });

  it('is true of what is encoded, and false of nothing that is read without a loss', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.stringMatching(/^[ab%89cefCEFbB0=&+]*$/), (value, odd) => {
        expect(isUtf8Form(new URLSearchParams({ value }).toString())).toBe(true);
        const read = [...new URLSearchParams(odd)].flat().join('');
        expect(isUtf8Form(odd)).toBe(!read.includes('\ufffd'));
      }),
    );
  });
});

function openPage(): { param: (fields: object) => string } & Disposable {
  const page = openJQueryPage('http://127.0.0.1/');
  const query = page.$ as unknown as { param(fields: object): string };
  return { param: (fields) => query.param(fields), [Symbol.dispose]: () => page.close() };
}
