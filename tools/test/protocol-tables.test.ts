import { join } from 'node:path';

import { readText, ROOT } from './workspace-files';

interface Schema {
  properties: Record<string, unknown>;
  required?: string[];
}

interface MessageModel {
  ERRORS: Record<string, { status: number; title: string }>;
  CLOSE_CODES: Record<string, { code: number; reason: string }>;
  CLIENT_FRAMES: Record<string, Schema>;
  SERVER_FRAMES: Record<string, Schema>;
  RELAY_FAILURES: Record<string, string>;
  adviceOf(code: number): string;
}

interface ServiceKit {
  SETTINGS: Record<string, { env: string; unset: string }>;
}

// By path: `tools` is above no layer, and reads the sources as it reads the documents.
const messageModel = jest.requireActual<MessageModel>(join(ROOT, 'libs/message-model/src/index.ts'));
const { SETTINGS } = jest.requireActual<ServiceKit>(join(ROOT, 'libs/service-kit/src/settings/settings.ts'));

/** The rows of the table between `<!-- name -->` and `<!-- /name -->`, as their cells. */
function tableOf(name: string, path = 'docs/protocol.md'): string[][] {
  const table = new RegExp(`<!-- ${name} -->\\n+([^]*?)\\n+<!-- /${name} -->`).exec(readText(path))?.[1] ?? '';
  const [, , ...rows] = table.split('\n').map((line) => line.split('|').slice(1, -1));
  return rows.map((cells) => cells.map((cell) => cell.trim()));
}

/** Members as the document names them, `?` behind those that may be absent; `type` has a separate column. */
function membersOf({ properties, required = [] }: Schema): string[] {
  return Object.keys(properties)
    .filter((name) => name !== 'type')
    .map((name) => `\`${name}${required.includes(name) ? '' : '?'}\``)
    .sort();
}

function framesIn(name: string): Record<string, string[]> {
  return Object.fromEntries(
    tableOf(name).map(([type = '', members = '']) => [type.replaceAll('`', ''), members.split(' ').sort()]),
  );
}

function framesOf(schemas: Record<string, Schema>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, membersOf(schema)]));
}

describe('the tables of docs/protocol.md', () => {
  it('list every error with its status and title', () => {
    const errors = Object.entries(messageModel.ERRORS);
    expect(tableOf('errors')).toEqual(errors.map(([code, { status, title }]) => [`\`${code}\``, `${status}`, title]));
  });

  it('list every close code with its reason and what to do', () => {
    const advice: Record<string, string> = { never: 'never', 'back-off': 'after a while', now: 'at once' };
    expect(tableOf('close-codes')).toEqual(
      Object.values(messageModel.CLOSE_CODES).map(({ code, reason }) => [
        `${code}`,
        reason,
        advice[messageModel.adviceOf(code)],
      ]),
    );
  });

  it('list the members of every frame of a client', () => {
    expect(framesIn('client-frames')).toEqual(framesOf(messageModel.CLIENT_FRAMES));
  });

  it('list the members of every frame of the server', () => {
    expect(framesIn('server-frames')).toEqual(framesOf(messageModel.SERVER_FRAMES));
  });

  it('list settings that exist, with their defaults', () => {
    const defaults = new Map(Object.values(SETTINGS).map(({ env, unset }) => [`\`${env}\``, `\`${unset}\``]));
    const limits = tableOf('limits');
    expect(limits.length).toBeGreaterThan(0);
    expect(limits.map(([, setting, value]) => [setting, value])).toEqual(
      limits.map(([, setting = '']) => [setting, defaults.get(setting)]),
    );
  });
});

it('docs/relay.md lists every reason why an answer is not whole', () => {
  expect(tableOf('relay-failures', 'docs/relay.md')).toEqual(
    Object.entries(messageModel.RELAY_FAILURES).map(([code, text]) => [`\`${code}\``, text]),
  );
});
