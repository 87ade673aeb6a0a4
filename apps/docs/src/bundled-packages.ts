import listed from './bundled-packages.json';

/** What the site's code in the browser comes from. */
export const BUNDLED: readonly string[] = listed;

/** What Rollup says about its output. */
type Bundle = Readonly<Record<string, { readonly type: string; readonly modules?: Readonly<Record<string, unknown>> }>>;

/** The npm packages of modules, by the paths of their files. */
export function packagesOf(paths: readonly string[]): string[] {
  const names = paths.flatMap((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/**
 * A Vite plugin: the build fails unless the site's code in the browser comes from exactly the packages in `bundled-packages.json`, which
 * `npm run sbom` reads.
 */
export const bundledPackages = {
  name: 'bundled-packages',
  apply: (_config: object, { isSsrBuild = false }: { readonly isSsrBuild?: boolean }): boolean => !isSsrBuild,
  generateBundle(_options: object, bundle: Bundle): void {
    const found = packagesOf(Object.values(bundle).flatMap(({ modules = {} }) => Object.keys(modules)));
    if (found.join() === BUNDLED.join()) return;
    throw new Error(
      `Write into apps/docs/src/bundled-packages.json what the site is made of: ${JSON.stringify(found)}`,
    );
  },
};
