import { readChunks } from '../src/drivers';

describe('chunks', () => {
  it('are read as far as they are there', () => {
    const bytes = '3\r\nabc\r\n10\r\n0123456789\r\nabcd\r\n0\r\n\r\n';

    expect(readChunks(bytes)).toEqual({ body: 'abc0123456789\r\nabcd', length: bytes.length, ended: true });
    for (let cut = 0; cut < bytes.length; cut++) {
      const body = cut < 8 ? '' : cut < 30 ? 'abc' : 'abc0123456789\r\nabcd';
      expect(readChunks(bytes.slice(0, cut))).toMatchObject({ body, ended: false });
    }
  });

  it('are read to the last, whatever follows', () => {
    expect(readChunks('1\r\na\r\n0\r\n\r\nHTTP/1.1')).toEqual({ body: 'a', length: 11, ended: true });
  });

  it.each([
    ['a size that is none', 'x\r\nabc\r\n'],
    ['a size with an extension', '3;a=b\r\nabc\r\n'],
    ['no size at all', '\r\nabc'],
    ['more than its size', '2\r\nabc\r\n'],
    ['less than its size', '4\r\nabc\r\n0\r\n\r\n'],
    ['a trailer', '0\r\na: b\r\n\r\n'],
  ])('are refused: %s', (_, bytes) => {
    expect(() => readChunks(bytes)).toThrow('chunks: ');
  });
});
