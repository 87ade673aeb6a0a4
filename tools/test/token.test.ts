import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from './workspace-files';

const AUTH_SECRET = 'a secret of more than thirty-two bytes';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'token-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: string[], env: Record<string, string> = { AUTH_SECRET }): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [join(ROOT, 'tools/token.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });

/** The claims of a printed token whose signature is right. */
function claimsOf({ stdout, stderr, status }: SpawnSyncReturns<string>, warning = ''): Record<string, unknown> {
  expect({ stderr, status }).toEqual({ stderr: warning, status: 0 });
  const [head = '', claims = '', signature] = stdout.replace(/\n$/, '').split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(signature).toBe(createHmac('sha256', AUTH_SECRET).update(`${head}.${claims}`).digest('base64url'));
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
}

describe('npm run token', () => {
  it('prints a token that says what was asked for', () => {
    const args =
      '--sub ann --subscribe chat:* --subscribe inbox:{sub} --publish chat:room --presence * --relay chat --admin --api publish --ttl 15m';
    const claims = claimsOf(run([...args.split(' '), '--iss', 'me', '--aud', 'you']));

    expect(claims).toEqual({
      sub: 'ann',
      iss: 'me',
      aud: 'you',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      iat: expect.any(Number) as number,
      exp: (claims['iat'] as number) + 900,
      tetracast: {
        subscribe: ['chat:*', 'inbox:{sub}'],
        publish: ['chat:room'],
        presence: ['*'],
        relay: ['chat'],
        admin: true,
        api: ['publish'],
      },
    });
    expect(Math.abs(Date.now() / 1000 - (claims['iat'] as number))).toBeLessThan(30);
  });

  it('grants nothing of itself, for an hour, and warns about it beside the token', () => {
    const printed = run([]);
    const { iat, exp, tetracast } = claimsOf(printed, printed.stderr);

    expect([tetracast, exp]).toEqual([{}, (iat as number) + 3600]);
    expect(printed.stderr).toMatch(/^This token allows nothing: add --subscribe <pattern> or --publish .*\n$/);
  });

  it.each([
    ['--subscribe', 'news'],
    ['--publish', 'news'],
    ['--presence', 'news'],
    ['--relay', 'chat'],
    ['--api', 'publish'],
    ['--admin'],
  ])('warns of nothing with %s', (...args) => {
    expect(claimsOf(run(args))).toHaveProperty('tetracast');
  });

  it('explains each option with --help, without a secret', () => {
    const { stdout, stderr, status } = run(['--help'], {});

    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    for (const option of [
      'sub',
      'subscribe',
      'publish',
      'presence',
      'relay',
      'admin',
      'api',
      'ttl',
      'iss',
      'aud',
      'help',
    ]) {
      expect(stdout.replace(/^Usage: .*/, '')).toMatch(new RegExp(`--${option}\\b`));
    }
  });

  it('reads .env, which the environment overrides', () => {
    writeFileSync(join(folder, '.env'), `AUTH_SECRET="${AUTH_SECRET}"\nAUTH_ISSUER=file\nAUTH_AUDIENCE=file\n`);

    const printed = run(['--subscribe', 'news'], { AUTH_AUDIENCE: 'environment' });

    expect(claimsOf(printed)).toMatchObject({ iss: 'file', aud: 'environment' });
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no secret', [], {}, /^AUTH_SECRET is not set, .*\.env\n$/],
    ['a short secret', [], { AUTH_SECRET: 'é'.repeat(15) }, /^AUTH_SECRET is shorter than 32 bytes\n$/],
    ['an unknown option', ['--publsh', 'x'], { AUTH_SECRET }, /^Unknown option '--publsh'.*Usage: .*\n$/],
    ['an option without its value', ['--sub'], { AUTH_SECRET }, /^Option '--sub.*Usage: .*\n$/],
    ['a word too many', ['ann'], { AUTH_SECRET }, /^Unexpected argument 'ann'.*\n$/],
    ['no time', ['--ttl', 'soon'], { AUTH_SECRET }, /^--ttl must be .* not soon\n$/],
  ])('says in one line what is wrong with %s', (_what, args, env, line) => {
    const { stdout, stderr, status } = run(args, env);

    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toMatch(line);
  });
});
