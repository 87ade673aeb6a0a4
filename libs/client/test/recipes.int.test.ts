import { publish, type TestService } from '@tetracast/service-kit/testing';
import { uniqueChannel } from '@tetracast/testing';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from './start-server';

const PAGE = readFileSync(resolve(__dirname, '../../../docs/clients/vue-svelte.md'), 'utf8');
const RECIPES = new Map(
  [...PAGE.matchAll(/^```js excerpt\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]),
);

const CLIENT = `
import { createClient } from '@tetracast/client';
const [, , url, name] = process.argv;
const client = createClient({ url });
const isWhole = (messages) => messages.length === 3;
const print = (messages) => console.log(messages.map(({ data }) => data).join());
`;

/** What a component does with each recipe: it shows three messages, and goes away. */
const PROGRAMS: readonly (readonly [file: string, program: string])[] = [
  [
    'use-channel.js',
    `
import { effectScope, watchEffect } from 'vue';
const scope = effectScope();
scope.run(() => {
  const { messages } = useChannel(client, name, { rewind: 20 });
  watchEffect(() => {
    if (!isWhole(messages.value)) return;
    print(messages.value);
    scope.stop();
  });
});`,
  ],
  [
    'channel.js',
    `
const stop = channel(client, name, { rewind: 20 }).subscribe((messages) => {
  if (!isWhole(messages)) return;
  print(messages);
  stop();
});`,
  ],
];

let server: TestService;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'tetracast-recipes-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await server.close();
});

it.each(PROGRAMS)(
  'the recipe %s shows messages, and leaves nothing that keeps the program from its end',
  async (file, program) => {
    const recipe = RECIPES.get(file) ?? '';
    expect(recipe.trim().split('\n').length).toBeLessThanOrEqual(20);
    const channel = uniqueChannel();
    await publish(server, channel, [1, 2, 3]);
    const outfile = join(folder, `${file}.cjs`);
    await build({
      stdin: { contents: recipe + CLIENT + program, resolveDir: resolve(__dirname, '..') },
      bundle: true,
      platform: 'node',
      outfile,
      logLevel: 'error',
    });
    const { stdout } = await promisify(execFile)(process.execPath, [outfile, server.url, channel]);

    expect(stdout).toBe('1,2,3\n');
  },
);
