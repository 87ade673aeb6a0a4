import { nodeRuntime, randomText } from '../src/runtime';

describe('randomText', () => {
  it('is another text each time, of the letters of a URL', () => {
    const [one, two] = [randomText(nodeRuntime, 16), randomText(nodeRuntime, 16)];

    expect(one).toMatch(/^[\w-]{22}$/);
    expect(two).not.toBe(one);
  });

  it('has nothing but the bytes of the runtime', () => {
    const ones = { fillRandom: (bytes: Uint8Array) => void bytes.fill(1) };

    expect(randomText(ones, 3, 'hex')).toBe('010101');
    expect(randomText(ones, 3)).toBe('AQEB');
  });
});
