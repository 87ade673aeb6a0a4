import { projectFolders, readText, workspacePaths } from './workspace-files';

const sources = workspacePaths.filter((path) => /\.(?:ts|mjs|cjs|js)$/.test(path));

const violations = (paths: readonly string[], isViolation: (path: string) => boolean): string[] =>
  paths.filter(isViolation);

describe('the conventions that lint cannot see', () => {
  it('names source files in kebab-case', () => {
    const kebab = /(?:^|\/)[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
    expect(violations(sources, (path) => !kebab.test(path))).toEqual([]);
  });

  it('has no file named after nothing', () => {
    expect(violations(sources, (path) => /(?:^|\/)(?:utils?|helpers?|misc|common)\./.test(path))).toEqual([]);
  });

  it('switches no lint rule off without naming it', () => {
    const blanket = /eslint-disable(?:-next-line|-line)?\s*(?:\*\/|--|$)/m;
    expect(violations(sources, (path) => blanket.test(readText(path)))).toEqual([]);
  });

  it('names a test by its kind', () => {
    const tests = sources.filter((path) => path.includes('.test.'));
    const kind = /\/test\/(?:.*\/)?[a-z0-9-]+(?:\.int|\.e2e)?\.test\.ts$/;
    expect(violations(tests, (path) => !kind.test(path))).toEqual([]);
  });

  it('has each test where a config of its kind runs it', () => {
    const tests = sources.filter((path) => path.includes('.test.'));
    const hasConfig = (path: string, config: string): boolean =>
      projectFolders.some((folder) => path.startsWith(`${folder}/`) && workspacePaths.includes(`${folder}/${config}`));
    const isRun = (path: string): boolean =>
      hasConfig(path, path.includes('.e2e.') ? 'jest.e2e.config.cjs' : 'jest.config.cjs');
    expect(violations(tests, (path) => !isRun(path))).toEqual([]);
  });

  it.each(projectFolders)('%s has a README of at most 40 lines', (folder) => {
    expect(workspacePaths).toContain(`${folder}/README.md`);
    expect(readText(`${folder}/README.md`).trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });
});
