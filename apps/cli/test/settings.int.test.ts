import { createTempDir, removeDir } from '@tetracast/testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cli } from './run-cli';

const SECRET = 'a secret of at least thirty-two bytes';

let dir: string;
beforeAll(async () => {
  dir = await createTempDir('cli');
});
afterAll(() => removeDir(dir));

describe('settings', () => {
  it('prints each with its source, and no secret', async () => {
    const { code, out } = await cli(['settings'], { env: { HISTORY_SIZE: '7', AUTH_SECRET: SECRET } });

    expect(code).toBe(0);
    expect(out).toMatch(/^HISTORY_SIZE +7 +environment$/m);
    expect(out).toMatch(/^HEARTBEAT_INTERVAL +15s +default$/m);
    expect(out).not.toContain(SECRET);
  });

  it('reads a file, over which the environment goes', async () => {
    const file = join(dir, 'settings.env');
    await writeFile(file, 'HISTORY_SIZE=8\nHEARTBEAT_INTERVAL=20s\n');
    const { out } = await cli(['settings', '--env-file', file], { env: { HISTORY_SIZE: '7' } });

    expect(out).toMatch(/^HISTORY_SIZE +7 +environment$/m);
    expect(out).toMatch(/^HEARTBEAT_INTERVAL +20s +environment$/m);
  });

  it('says that there is no such file', async () => {
    const file = join(dir, 'missing.env');
    const { code, out, err } = await cli(['settings', '--env-file', file]);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(`tetracast: --env-file ${file} cannot be read: ENOENT`);
  });

  it('ends with 1, and says what is wrong with them', async () => {
    const { code, out, err } = await cli(['settings'], { env: { HISTORY_SIZE: 'many' } });

    expect(code).toBe(1);
    expect(out).toMatch(/^HISTORY_SIZE +many/m);
    expect(err).toContain('HISTORY_SIZE must be');
  });
});
