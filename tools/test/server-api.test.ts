import { join } from 'node:path';

import { readText, ROOT } from './workspace-files';

interface MessageModel {
  API_CALLS: Record<string, { method: string; path: string; scope: string; summary: string }>;
}

// By path: `tools` is above no layer, and reads the sources as it reads the documents.
const { API_CALLS } = jest.requireActual<MessageModel>(join(ROOT, 'libs/message-model/src/index.ts'));

const [, table = ''] = /<!-- calls -->\n+([^]*?)\n+<!-- \/calls -->/.exec(readText('docs/server-api.md')) ?? [];

describe('docs/server-api.md', () => {
  it('lists every call with its scope, in the order of the program', () => {
    const [, , ...rows] = table.split('\n').map((line) => line.split('|').slice(1, -1));
    expect(rows.map((cells) => cells.map((cell) => cell.trim()))).toEqual(
      Object.values(API_CALLS).map(({ method, path, scope, summary }) => [
        `\`${method} ${path}\``,
        `\`${scope}\``,
        summary,
      ]),
    );
  });
});
