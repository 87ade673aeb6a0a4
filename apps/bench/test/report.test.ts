import type { Result } from '../src/rounds';
import { toFlame } from '../src/report/flame';
import { keepEarlier } from '../src/report/keep-earlier';
import { toMarkdown } from '../src/report/markdown';
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

it('keeps the figures of an earlier run for the scenarios that it leaves out, with their date', () => {
  const resultOf = (name: string, median: number): Result => ({
    ...{ name, title: name, unit: 'ms', method: 'A method.', more: false, left: [] },
    rows: [{ name: 'ours', transport: 'none', cells: { figure: { values: [median], median, lost: 0 } } }],
  });
  const first = { date: '2026-01-01', Tetracast: '1, commit a' };
  const second = { date: '2026-02-02', Tetracast: '1, commit b' };
  const names = ['a', 'b', 'c'];
  const earlier = keepEarlier(
    [resultOf('b', 20)],
    { machine: first, results: [resultOf('a', 10), resultOf('c', 30)] },
    names,
  );
  const results = keepEarlier([resultOf('c', 33)], { machine: second, results: earlier }, names);

  const text = toMarkdown(results, { date: '2026-03-03' }, 3);
  const sections = text.split('## ').slice(1);
  expect(sections.map((section) => section.slice(0, 1))).toEqual(names);
  expect(sections[0]).toContain('in another run, on 2026-01-01, Tetracast 1, commit a.');
  expect(sections[1]).toContain('in another run, on 2026-02-02, Tetracast 1, commit b.');
  expect(sections[2]).toContain('33.0');
  expect(sections[2]).not.toContain('another run');
});
