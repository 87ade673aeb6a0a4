import { join } from 'node:path';

import { readText, ROOT } from './workspace-files';

interface Setting {
  env: string;
  unset: string;
  about: string;
  change: string;
}

interface ServiceKit {
  SETTING_GROUPS: Record<string, Record<string, Setting>>;
}

// By path: `tools` is above no layer, and reads the sources as it reads the documents.
const { SETTING_GROUPS } = jest.requireActual<ServiceKit>(join(ROOT, 'libs/service-kit/src/settings/settings.ts'));

const text = readText('docs/operations.md');

/** The rows of the table between `<!-- name -->` and `<!-- /name -->`, as their cells. */
function tableOf(name: string): string[][] {
  const table = new RegExp(`<!-- ${name} -->\\n+([^]*?)\\n+<!-- /${name} -->`).exec(text)?.[1] ?? '';
  const [, , ...rows] = table.split('\n').map((line) => line.split('|').slice(1, -1));
  return rows.map((cells) => cells.map((cell) => cell.trim()));
}

describe('docs/operations.md', () => {
  it('has the groups everyday, access, limits and tuning, in this order', () => {
    const groups = [...text.matchAll(/<!-- settings:(\w+) -->/g)].map(([, group]) => group);

    expect(groups).toEqual(['everyday', 'access', 'limits', 'tuning']);
    expect(groups).toEqual(Object.keys(SETTING_GROUPS));
  });

  it.each(Object.keys(SETTING_GROUPS))('has every setting of the group %s as the program has it', (group) => {
    const settings = Object.values(SETTING_GROUPS[group] ?? {});

    expect(tableOf(`settings:${group}`)).toEqual(
      settings.map(({ env, unset, about, change }) => [`\`${env}\``, unset && `\`${unset}\``, about, change]),
    );
  });

  it('says what each setting of the gateway is and when to change it', () => {
    for (const cells of tableOf('gateway-settings')) {
      expect(cells).toHaveLength(4);
      expect(cells.slice(2)).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
    }
  });
});

describe('the settings', () => {
  const names = Object.values(SETTING_GROUPS).flatMap((group) => Object.values(group).map(({ env }) => env));
  const gatewayNames = [...readText('apps/gateway/settings.env').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);

  it('are at most 63, and at most 9 of the gateway beside the addresses of the services', () => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.length).toBeLessThanOrEqual(63);
    const others = gatewayNames.filter((name) => !name!.startsWith('UPSTREAM_'));
    expect(others.length).toBeGreaterThan(0);
    expect(others.length).toBeLessThanOrEqual(9);
  });

  it('have no unit of time in their names, and their kind at the right end', () => {
    expect(names.filter((name) => /_(MS|S|SECONDS|MINUTES)$/.test(name))).toEqual([]);
    expect(names.filter((name) => /_MAX(_|$)/.test(name))).toEqual([]);
  });
});
