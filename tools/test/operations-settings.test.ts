import { join } from 'node:path';

import { readText, ROOT } from './workspace-files';

interface ServiceKit {
  SETTINGS: Record<string, { env: string; unset: string; about: string }>;
}

// By path: `tools` is above no layer, and reads the sources as it reads the documents.
const { SETTINGS } = jest.requireActual<ServiceKit>(join(ROOT, 'libs/service-kit/src/settings/settings.ts'));

it('docs/operations.md lists every setting of the services with its default, in the order of the code', () => {
  const table = /<!-- settings -->\n+([^]*?)\n+<!-- \/settings -->/.exec(readText('docs/operations.md'))?.[1] ?? '';
  const [, , ...rows] = table.split('\n').map((line) => line.split('|').slice(1, -1));

  expect(rows.map((cells) => cells.map((cell) => cell.trim()))).toEqual(
    Object.values(SETTINGS).map(({ env, unset, about }) => [`\`${env}\``, unset && `\`${unset}\``, about]),
  );
});
