import { projectFolders, readManifest, readText, workspacePaths } from './workspace-files';

const IMPORT = /^(?:import |(?:import|export)\b.* from |\} from )'([^'.][^']*)'/gm;

/** The packages a folder's TypeScript names in its imports; Node.js's own are left out. */
function importedPackages(folder: string): string[] {
  const files = workspacePaths.filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.ts'));
  const specifiers = files.flatMap((path) =>
    [...readText(path).matchAll(IMPORT)].map(([, specifier = '']) => specifier),
  );
  const names = specifiers.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
  return [...new Set(names.filter((name) => !name.startsWith('node:')))].sort();
}

describe('each package.json', () => {
  it.each(projectFolders)('of %s names every package it imports', (folder) => {
    const { name, dependencies = {}, peerDependencies = {}, devDependencies = {} } = readManifest(folder);
    const undeclared = (part: string, declared: object): string[] =>
      importedPackages(`${folder}/${part}`).filter((imported) => imported !== name && !(imported in declared));
    expect(undeclared('src', { ...dependencies, ...peerDependencies })).toEqual([]);
    expect(undeclared('test', { ...dependencies, ...devDependencies })).toEqual([]);
  });

  it.each(['.', ...projectFolders])('of %s names exact versions', (folder) => {
    const { dependencies = {}, devDependencies = {} } = readManifest(folder);
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.filter((version) => !/^(?:npm:@?[^@]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
