import { execFileSync } from 'node:child_process';
import { projectFolders, readManifest, readText, ROOT } from './workspace-files';

interface Component {
  readonly name: string;
  readonly version: string;
}

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly (Component & { readonly 'bom-ref': string; readonly purl: string })[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const SHIPPED = ['api', 'cli', 'polling', 'socketio', 'sse', 'standalone', 'web', 'websocket'];

const bom = JSON.parse(execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8' })) as Bom;
const listed = bom.components.map(({ name, version }) => `${name}@${version}`);

describe('npm run sbom', () => {
  it('is CycloneDX, of this project, where every reference leads somewhere', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'tetracast' } } });
    const refs = bom.components.map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.includes(ref))).toEqual([]);
    expect(bom.components.filter(({ purl }) => !purl.startsWith('pkg:npm/'))).toEqual([]);
  });

  it.each(SHIPPED)('names what %s and its libraries depend on', (app) => {
    const folders = new Map(projectFolders.map((folder) => [readManifest(folder).name, folder]));
    const wanted = new Map([[`@tetracast/${app}`, readManifest(`apps/${app}`).dependencies ?? {}]]);
    for (const [, dependencies] of wanted) {
      for (const name of Object.keys(dependencies)) {
        const folder = folders.get(name);
        if (folder !== undefined) wanted.set(name, readManifest(folder).dependencies ?? {});
      }
    }
    const packages = [...wanted.values()].flatMap((dependencies) => Object.entries(dependencies));
    expect(listed).toEqual(expect.arrayContaining(packages.map((pair) => pair.join('@'))));
  });

  it('names what those depend on', () => {
    expect(bom.components.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['pino', 'engine.io', 'helmet', 'avvio']),
    );
  });

  it('names the browser code of the documentation site as what web needs, and not what only builds it', () => {
    const site = JSON.parse(readText('apps/docs/src/bundled-packages.json')) as string[];
    expect(site).toEqual(expect.arrayContaining(['vitepress', 'vue', 'minisearch']));
    const names = bom.components.map(({ name }) => name);
    expect(site.filter((name) => !names.includes(name))).toEqual([]);
    for (const name of ['vite', 'shiki', 'rollup', '@vue/compiler-sfc', '@tetracast/docs'])
      expect(names).not.toContain(name);
    const web = bom.dependencies.find(({ ref }) => ref.startsWith('@tetracast/web@'));
    expect(web?.dependsOn.map((ref) => ref.slice(0, ref.lastIndexOf('@')))).toEqual(expect.arrayContaining(site));
  });

  it('names nothing that only tests, tools and benchmarks need', () => {
    const names = listed.map((each) => each.slice(0, each.lastIndexOf('@')));
    for (const name of [
      'jest',
      'nx',
      'eslint',
      'esbuild',
      'fast-check',
      'faye',
      'socket.io-client',
      '@tetracast/testing',
    ]) {
      expect(names).not.toContain(name);
    }
  });
});
