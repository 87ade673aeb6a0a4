import { readText, workspacePaths } from './workspace-files';

const FLAG = '--faults';

/** What an image, a compose file or an app is made of. */
const shipped = workspacePaths.filter(
  (path) =>
    /^(?:Dockerfile|docker-compose\.yml|package\.json)$/.test(path) ||
    /^(?:apps|examples|libs)\/[^/]+\/(?:src|bin|conf)\/.*\.[a-z]+$/.test(path) ||
    /^tools\/[^/]+\.(?:mjs|sh)$/.test(path),
);

describe('the faults of the lab page', () => {
  it('are switched on by `npm start` alone', () => {
    expect(shipped.filter((path) => readText(path).includes(FLAG))).toEqual([
      'apps/standalone/src/main.ts',
      'tools/start.mjs',
    ]);
  });

  it('are imported by nothing but the `main` of standalone', () => {
    const importing = shipped.filter((path) => /from '.*\/faults\/[^']*(?<!\.js)'/.test(readText(path)));
    expect(importing).toEqual(['apps/standalone/src/main.ts']);
    expect(readText('docker-compose.yml')).not.toContain('APP: standalone');
  });
});
