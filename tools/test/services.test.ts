import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readText, ROOT, workspacePaths } from './workspace-files';

interface Service {
  readonly name: string;
  readonly defaultPort: number;
  readonly settings: readonly string[];
}

interface Settings {
  SETTINGS: Record<string, { env: string }>;
}

interface Namespaces {
  parseNamespaces: (text: string) => ReadonlyMap<string, object>;
}

const services = workspacePaths
  .filter((path) => /^(?:apps|examples)\/[^/]+\/src\/service\.json$/.test(path))
  .map((path) => ({ path, ...(JSON.parse(readText(path)) as Service) }));
const shipped = services.filter(({ path }) => path.startsWith('apps/'));
const compose = readText('docker-compose.yml');

/** The block of a service in the compose file. */
const composed = (name: string): string =>
  new RegExp(`^  ${name}:.*\\n(?:(?: {4}.*)?\\n)+`, 'm').exec(compose)?.[0] ?? '';

describe("the services' descriptors", () => {
  it.each(services)('$name has the name of its folder, and a port of its own', ({ path, name, defaultPort }) => {
    expect(path).toMatch(new RegExp(`^(?:apps/${name}|examples/[^/]+)/`));
    expect(services.filter((other) => other.defaultPort === defaultPort)).toHaveLength(1);
  });

  it.each(services)('$name names settings that exist', ({ settings }) => {
    const { SETTINGS } = jest.requireActual<Settings>(join(ROOT, 'libs/service-kit/src/settings/settings.ts'));
    const known = Object.values(SETTINGS).map(({ env }) => env);
    expect(known).toEqual(expect.arrayContaining([...settings]));
  });

  it('are what the gateway, its settings and the documents say', () => {
    expect(execFileSync(process.execPath, [join(ROOT, 'tools/services.mjs')], { encoding: 'utf8' })).toBe('');
  });
});

describe('docker-compose.yml', () => {
  it.each(shipped)('builds and runs $name on its port, and forwards it', ({ name, defaultPort }) => {
    expect(composed(name)).toContain(`args: { APP: ${name}, PORT: ${defaultPort} }`);
    expect(composed(name)).toContain(`environment: { <<: *environment, PORT: ${defaultPort} }`);
    expect(composed('gateway')).toContain(`${name}: { condition: service_healthy }`);
    expect(composed('ports')).toContain(`'127.0.0.1:${defaultPort}:${defaultPort}'`);
  });

  // A join, a leave and an end are stored by any service, which then adds the webhook; the API sends it.
  it.each(['WEBHOOK_URL', 'WEBHOOK_SECRET', 'WEBHOOK_EVENTS'])(
    'gives all services %s, as the file .env has it',
    (name) => {
      const [, environment = ''] = /^x-environment: &environment\n((?: .*\n)+)/m.exec(compose) ?? [];
      expect(environment).toContain(`  ${name}: \${${name}:-}\n`);
    },
  );

  it('has the policies of namespaces.yaml, which the images contain', () => {
    const { parseNamespaces } = jest.requireActual<Namespaces>(
      join(ROOT, 'libs/service-kit/src/namespaces/read-namespaces-file.ts'),
    );
    expect([...parseNamespaces(readText('namespaces.yaml'))]).toEqual([
      ['chat', { presence: true }],
      ['answer', { history: { size: 20_000, ttlMs: 86_400_000 } }],
    ]);
    expect(compose).toContain('NAMESPACES_FILE: ${NAMESPACES_FILE:-/app/namespaces.yaml}');
    expect(readText('Dockerfile')).toMatch(/^WORKDIR \/app\n[^]*^COPY namespaces\.yaml \.\/$/m);
    expect(readText('.dockerignore')).toContain('\n!namespaces.yaml\n');
  });

  it('has a second gateway in the profile tls, with the folder into which npm run certificate writes', () => {
    expect(composed('tls')).toContain('    profiles: [tls]\n');
    expect(composed('tls')).toContain('      TLS_FOLDER: /tls\n');
    expect(composed('tls')).toContain("    volumes: ['./tls:/tls:ro']\n");
    expect(readText('tools/certificate.mjs')).toContain("const [folder = 'tls', host = 'localhost'] =");
  });

  it('runs no other service of the product', () => {
    const apps = [...compose.matchAll(/args: \{ APP: (\w+)/g)].map(([, app]) => app);
    expect(apps.sort()).toEqual(shipped.map(({ name }) => name).sort());
  });
});
