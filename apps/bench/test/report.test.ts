import { toFlame } from '../src/report/flame';
import { slope } from '../src/scenarios/soak';

const call = (functionName: string, url: string): { functionName: string; url: string; lineNumber: number } => ({
  functionName,
  url,
  lineNumber: 1,
});

it('draws a function as wide as its part of the time, and waiting not at all', () => {
  const nodes = [
    { id: 1, callFrame: call('(root)', ''), children: [2, 4] },
    { id: 2, callFrame: call('serve', 'file:///main.cjs'), children: [3] },
    { id: 3, callFrame: call('write<T>', 'node:net') },
    { id: 4, callFrame: call('(idle)', '') },
  ];
  const svg = toFlame({ nodes, samples: [2, 3, 4, 3], timeDeltas: [100, 200, 5000, 100] }, 'a title');
  expect(svg).toContain('<title>all, 100.0 %</title>');
  expect(svg).toContain('<title>serve, 100.0 %</title>');
  expect(svg).toContain('<title>write&lt;T&gt;, 75.0 %</title>');
  expect(svg).not.toContain('idle');
});

it('leaves out what was before the first call of a function and after its last', () => {
  const nodes = [
    { id: 1, callFrame: call('(root)', ''), children: [2, 3, 5] },
    { id: 2, callFrame: call('start', 'file:///main.cjs') },
    { id: 3, callFrame: call('serve', 'file:///main.cjs'), children: [4] },
    { id: 4, callFrame: call('write', 'node:net') },
    { id: 5, callFrame: call('collect', '') },
  ];
  const samples = [2, 4, 5, 3, 2];
  const svg = toFlame({ nodes, samples, timeDeltas: [100, 100, 100, 100, 100] }, 'a title', 'serve');
  expect(svg).toContain('<title>serve, 66.7 %</title>');
  expect(svg).toContain('<title>collect, 33.3 %</title>');
  expect(svg).not.toContain('start');

  const whole = toFlame({ nodes, samples, timeDeltas: [100, 100, 100, 100, 100] }, 'a title', 'never');
  expect(whole).toContain('<title>start, 40.0 %</title>');
});

it('finds by how much memory rises', () => {
  expect(slope([5, 7, 9])).toBe(2);
  expect(slope([4, 4, 4, 4])).toBe(0);
  expect(slope([3, 1, 3, 1])).toBeCloseTo(-0.4);
});
