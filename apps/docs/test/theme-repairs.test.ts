import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPAIRS, themeRepairs } from '../src/theme-repairs';

const THEME = join(dirname(require.resolve('vitepress/package.json')), 'dist/client/theme-default');

describe('the repairs of the theme', () => {
  it.each(Object.entries(REPAIRS))('fit %s as it is installed, each in one place', (file, repairs) => {
    const path = join(THEME, file);
    const text = readFileSync(path, 'utf8');
    expect(repairs.map(({ from }) => text.split(from).length)).toEqual(repairs.map(() => 2));
    const repaired = themeRepairs.transform(text, path) ?? '';
    expect(repairs.filter(({ to }) => !repaired.includes(to))).toEqual([]);
  });

  it('leave every other file', () => {
    expect(themeRepairs.transform('role="button"', join(THEME, 'components/VPNav.vue'))).toBeUndefined();
    expect(themeRepairs.transform('role="button"', '/somewhere/components/VPHome.vue')).toBeUndefined();
  });

  it('refuse a theme that has changed', () => {
    expect(() => themeRepairs.transform('<template />', join(THEME, 'components/VPHome.vue'))).toThrow('has changed');
  });
});
