import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { projectFolders, readManifest, readText, ROOT } from './workspace-files';

interface Layer {
  layer: string;
  mayImport: string[];
}

const boundaries = (...args: string[]): string =>
  execFileSync(process.execPath, [join(ROOT, 'tools/boundaries.mjs'), ...args], { encoding: 'utf8' });

const layers = JSON.parse(boundaries('--json')) as Layer[];
const names = layers.map(({ layer }) => layer);

describe('the layer table', () => {
  it.each(projectFolders)('knows the one tag of %s', (folder) => {
    const { name, nx } = readManifest(folder);
    expect(nx.tags).toHaveLength(1);
    expect(names.map((layer) => `layer:${layer}`)).toContain(nx.tags[0]);
    expect(name).toBe(`@tetracast/${nx.name}`);
    expect(folder.replace('examples/', 'example-')).toMatch(new RegExp(`(^|/)${nx.name}$`));
  });

  it('has no cycle', () => {
    const settled = new Set<string>();
    for (let before = -1; before !== settled.size;) {
      before = settled.size;
      for (const { layer, mayImport } of layers) if (mayImport.every((name) => settled.has(name))) settled.add(layer);
    }
    expect([...settled].sort()).toEqual([...names].sort());
  });

  it('is printed in CONTRIBUTING.md', () => {
    const printed = /<!-- layers -->\n+([^]*?)\n+<!-- \/layers -->/.exec(readText('CONTRIBUTING.md'))?.[1];
    expect(printed).toBe(boundaries().trim());
  });
});
