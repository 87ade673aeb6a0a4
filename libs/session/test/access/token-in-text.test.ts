import { holdsToken } from '../../src';

const header = (json: string): string => Buffer.from(json).toString('base64url');
const token = `${header('{"alg":"HS256"}')}.${header('{"sub":"ann"}')}.Zm9yZ2Vk-_8`;

describe('a token in a text', () => {
  it('is found alone, in an almost right auth frame, and among other words', () => {
    for (const text of [
      token,
      ` ${token}\n`,
      `Bearer ${token}`,
      `{"type":"Auth","token":"${token}"}`,
      `{"type":"auth","token":"${token}"`,
      `[{"type":"auth","token":"${token}"}]`,
      JSON.stringify(`{"type":"auth","token":"${token}"}`),
      `token=${token}&x`,
      `my token: ${token}, do not tell`,
    ]) {
      expect([text, holdsToken(text)]).toEqual([text, true]);
    }
  });

  it.each([
    `${header('{"alg":"none"}')}.e30.`,
    `${header('{ "typ" : "JWT", "alg" : "RS256" }')}.e30.c2ln`,
    `${header('{\n "alg": "ES256"}')}.e30.c2ln`,
  ])('is found however its header is written: %s', (text) => {
    expect(holdsToken(text)).toBe(true);
  });

  it.each([
    'hello',
    'www.example.com',
    'eyJ.eyJ.eyJ',
    'a sentence. Another. The end.',
    header('{"alg":"HS256"}'),
    `${header('{"alg":"HS256"}')}.e30`,
    `${header('{"typ":"JWT"}')}.e30.c2ln`,
    `${header('["alg","HS256"]')}.e30.c2ln`,
    `x${header('{"alg":"HS256"}')}.e30.c2ln`,
    'ex'.repeat(30_000),
    '{"text":"eyewitness.accounts.wanted"}',
    '',
  ])('is not %s', (text) => {
    expect(holdsToken(text)).toBe(false);
  });
});
