import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { startService, type TestService } from '@tetracast/service-kit/testing';
import { plugins, services } from '../src/services';

const APPS = resolve(__dirname, '../..');

let service: TestService;

beforeAll(async () => {
  // With access by token, so that all routes exist.
  service = await startService(plugins, { AUTH_SECRET: 'a secret of more than thirty-two bytes' });
});

afterAll(() => service[Symbol.asyncDispose]());

it('the list of services has every app with a descriptor', () => {
  const described = readdirSync(APPS).filter((app) => existsSync(resolve(APPS, app, 'src/service.json')));
  expect(services.map(({ name }) => name).sort()).toEqual(described.sort());
});

/** What stands for `*` where the service has no route without the rest. */
const REST: Readonly<Record<string, string>> = {
  'GET /api/*': 'docs',
  'POST /api/*': 'publish',
  'DELETE /api/*': 'channels/news',
  'POST /relay/*': 'chat',
};

const routes = services.flatMap(({ name, paths }) =>
  paths.flatMap(({ path, methods }) => methods.map((method) => [name, method, path] as const)),
);

it.each(routes)('%s serves %s %s', async (_, method, path) => {
  const url = service.url + path.replace('{name}', 'nobody').replace('*', REST[`${method} ${path}`] ?? '');
  const answer = await fetch(url, { method });
  const code = answer.ok ? 'ok' : ((JSON.parse(await answer.text()) as { code?: string }).code ?? '');
  expect(['not_found', 'method_not_allowed']).not.toContain(code);
});
