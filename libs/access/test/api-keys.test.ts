import { API_SCOPES } from '@tetracast/message-model';
import { ApiKeys, parseApiKey } from '../src';

const KEY = 'k'.repeat(43);

describe('a key of the server API', () => {
  it('has a name, scopes and patterns', () => {
    expect(parseApiKey(`shop=${KEY}/publish+history/orders:*+news`)).toEqual({
      name: 'shop',
      key: KEY,
      scopes: ['publish', 'history'],
      channels: ['orders:*', 'news'],
    });
    expect(parseApiKey(`ops=${KEY}/*/*`)).toMatchObject({ scopes: API_SCOPES, channels: ['*'] });
  });

  it.each([
    KEY,
    `shop=${KEY}`,
    `shop=${KEY}/publish`,
    `shop=${KEY}/publish/`,
    `shop=${KEY}//news`,
    `shop=${KEY}/publish/news/more`,
    `=${KEY}/publish/news`,
    `a shop=${KEY}/publish/news`,
    `shop=${'k'.repeat(31)}/publish/news`,
    `shop=${'k'.repeat(129)}/publish/news`,
    `shop=${'k'.repeat(31)}.${'k'.repeat(31)}/publish/news`,
    `shop=${KEY}/publsh/news`,
    `shop=${KEY}/publish+*/news`,
    `shop=${KEY}/publish/no channel`,
    `shop=${KEY}/publish/$access:*`,
    `shop=${KEY}/publish/inbox:{sub}`,
  ])('is not %s', (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });
});

describe('the keys of the server API', () => {
  const other = `${KEY.slice(0, -1)}x`;
  const keys = new ApiKeys([
    { name: 'shop', key: KEY, scopes: ['publish'], channels: ['orders:*'] },
    { name: 'ops', key: other, scopes: ['delete'], channels: ['*'] },
  ]);

  it('find the caller of a key', () => {
    expect([keys.find(KEY)?.name, keys.find(other)?.name]).toEqual(['key shop', 'key ops']);
    expect(['', KEY.slice(1), `${KEY}k`, 'shop'].map((text) => keys.find(text))).toEqual(Array(4).fill(undefined));
  });

  it('allow the scopes and channels of the key alone', () => {
    const caller = keys.find(KEY);
    expect(() => {
      caller?.requireScope('publish');
      caller?.requireWrite('orders:1');
      caller?.requireRead('orders:1');
    }).not.toThrow();
    for (const act of [
      () => caller?.requireScope('delete'),
      () => caller?.requireWrite('news'),
      () => caller?.requireRead('$access:revoked'),
      () => caller?.requireAllChannels(),
    ]) {
      expect(act).toThrow(expect.objectContaining({ code: 'forbidden' }) as Error);
    }
    expect(() => keys.find(other)?.requireAllChannels()).not.toThrow();
  });
});
