import { spawnSync } from 'node:child_process';

import { ROOT } from './workspace-files';

describe('@tetracast/server', () => {
  it('has the types and the routes of the server API', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/server-types.mjs'], { cwd: ROOT, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
