import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { ROOT } from './workspace-files';

interface ServiceKit {
  parseSettings: (env: NodeJS.Dict<string>) => { apiKeys: { name: string; scopes: string[]; channels: string[] }[] };
}

// By path: `tools` is above no layer.
const { parseSettings } = jest.requireActual<ServiceKit>(join(ROOT, 'libs/service-kit/src/settings/settings.ts'));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'setup-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const file = (): string => join(folder, '.env');
const written = (): NodeJS.Dict<string> => parseEnv(readFileSync(file(), 'utf8'));

function setUp(): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(ROOT, 'tools/setup.mjs')], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

describe('npm run setup', () => {
  it('writes a secret and an API key that the services take, for the owner alone', () => {
    const output = setUp();
    const { AUTH_SECRET = '', API_KEYS = '' } = written();

    expect(parseSettings(written()).apiKeys).toMatchObject([{ name: 'backend', channels: ['*'] }]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(output).not.toContain(AUTH_SECRET);
    expect(output).not.toContain(API_KEYS);
  });

  it('makes other ones each time', () => {
    setUp();
    const first = written();
    rmSync(file());
    setUp();
    expect([written()['AUTH_SECRET'] === first['AUTH_SECRET'], written()['API_KEYS'] === first['API_KEYS']]).toEqual([
      false,
      false,
    ]);
  });

  it('keeps what is there', () => {
    writeFileSync(file(), 'AUTH_SECRET="of the operator, more than thirty-two bytes"\nLOG_LEVEL=warn\nAPI_KEYS=');
    const output = setUp();

    expect(written()).toMatchObject({ AUTH_SECRET: 'of the operator, more than thirty-two bytes', LOG_LEVEL: 'warn' });
    expect(written()['API_KEYS']).toMatch(/^backend=[\w-]{43}\/\*\/\*$/);
    const kept = readFileSync(file(), 'utf8');
    setUp();
    expect(readFileSync(file(), 'utf8')).toBe(kept);
    expect(output).toContain('AUTH_SECRET: kept as it is in .env\nAPI_KEYS: written to .env\n"npm start"');
  });
});
