/**
 * The types and the routes of `@tetracast/server`, from the schemas of the server API in `libs/message-model`, so that the package
 * depends on nothing. `node tools/server-types.mjs` says whether the file is out of date, `--write` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const ROOT = resolve(import.meta.dirname, '..');
const FILE = join(ROOT, 'libs/server/src/api-types.ts');

async function loadCalls() {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'libs/message-model/src/index.ts')],
    tsconfig: join(ROOT, 'tsconfig.base.json'),
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, createRequire(FILE));
  // Only what JSON has.
  return JSON.parse(JSON.stringify(module.exports.API_CALLS));
}

const nameOf = (member) => (/^\w+$/.test(member) ? member : JSON.stringify(member));
const commentOf = ({ description }) => (description === undefined ? '' : `/** ${description} */\n`);

/** The TypeScript of a JSON schema. */
function typeOf(schema) {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `(${typeOf(schema.items)})[]`;
    case 'object':
      return objectType(schema);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`No type for ${JSON.stringify(schema)}`);
  }
}

function objectType({ properties, required = [], patternProperties }) {
  if (patternProperties !== undefined) return `Record<string, ${Object.values(patternProperties).map(typeOf).join(' | ')}>`;
  const members = Object.entries(properties ?? {}).map(
    ([name, schema]) => `${commentOf(schema)}${nameOf(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`,
  );
  return `{ ${members.join('\n')} }`;
}

function callType([name, { summary, params, query, body, answers }]) {
  const parts = [
    ...(params === undefined ? [] : [`readonly params: ${typeOf(params)};`]),
    ...(query === undefined ? [] : [`readonly query?: ${typeOf(query)};`]),
    ...(body === undefined ? [] : [`readonly body: ${typeOf(body)};`]),
  ];
  const answer = [...new Set(Object.values(answers).map(typeOf))].join(' | ');
  return `/** ${summary}. */\nreadonly ${name}: { ${parts.join('\n')}\nreadonly answer: ${answer}; };`;
}

/** The text of the file. */
export async function serverTypes() {
  const calls = Object.entries(await loadCalls());
  const routes = calls.map(([name, { method, path }]) => `${name}: ${JSON.stringify({ method, path })},`);
  const text = `// Written by \`node tools/server-types.mjs --write\` from the schemas in libs/message-model/src/api.

/** What each call of the server API takes and answers. */
export interface ApiTypes { ${calls.map(callType).join('\n')} }

/** Where each call is; \`{name}\` is a parameter. */
export const API_CALLS = { ${routes.join('\n')} } as const satisfies Record<keyof ApiTypes, { readonly method: string; readonly path: string }>;
`;
  return format(text, { ...(await resolveConfig(FILE)), parser: 'typescript' });
}

if (process.argv[1] === import.meta.filename) {
  const text = await serverTypes();
  if (process.argv.includes('--write')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error('libs/server/src/api-types.ts is out of date: run node tools/server-types.mjs --write');
    process.exitCode = 1;
  }
}
