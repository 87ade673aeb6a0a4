import { searchTerms, weightOf } from '../src/search-terms';

describe('searchTerms', () => {
  it.each([
    ['Reset, or epoch', ['Reset', 'or', 'epoch']],
    ['游标', ['游标']],
    ['游标的意思。', ['游标', '标的', '的意', '意思']],
    ['用 Redis重启', ['用', 'Redis', '重启']],
    ['', []],
  ])('of %j are %j', (text, terms) => {
    expect(searchTerms(text)).toEqual(terms);
  });
});

describe('weightOf', () => {
  it('puts decision records after the pages that are about the same', () => {
    const [page, record] = [
      weightOf('/docs/concepts#the-cursor'),
      weightOf('/docs/decisions/0009-the-horizon#context'),
    ];
    expect(record).toBeLessThan(page / 5);
  });
});
