import { BUNDLED, bundledPackages, packagesOf } from '../src/bundled-packages';

describe('the packages in the site', () => {
  it('are those of its modules, once each', () => {
    const paths = [
      '/a/node_modules/vue/dist/vue.js',
      '/a/node_modules/x/node_modules/@vue/shared/dist/s.js?vue',
      '/a/node_modules/vue/index.js',
      '/a/docs/start.md',
      '\0plugin-vue:export-helper',
    ];
    expect(packagesOf(paths)).toEqual(['@vue/shared', 'vue']);
  });

  it('are as listed, or the build fails and says what to write', () => {
    const modules = Object.fromEntries(BUNDLED.map((name) => [`/a/node_modules/${name}/index.js`, {}]));
    const build = (more: object): void =>
      bundledPackages.generateBundle(
        {},
        { 'a.css': { type: 'asset' }, 'a.js': { type: 'chunk', modules: { ...modules, ...more } } },
      );
    expect(() => build({})).not.toThrow();
    expect(() => build({ '/a/node_modules/zepto/index.js': {} })).toThrow('"zepto"]');
  });
});
