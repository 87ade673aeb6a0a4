/**
 * The types and the routes of `@tetracast/server`, from the schemas of the server API in `libs/message-model`, so that the package
 * depends on nothing. `node tools/server-types.mjs` names the files that are out of date, `--write` writes them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'libs/server/src');

/** The message model, as JSON: the calls, and what it names of their schemas. */
async function loadModel() {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'libs/message-model/src/index.ts')],
    tsconfig: join(ROOT, 'tsconfig.base.json'),
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  );
  const { API_CALLS, ...others } = module.exports;
  const names = new Map();
  for (const [name, schema] of Object.entries(others))
    if (name.endsWith('Schema') && !names.has(JSON.stringify(schema)))
      names.set(JSON.stringify(schema), name.slice(0, -'Schema'.length));
  return { calls: Object.entries(JSON.parse(JSON.stringify(API_CALLS))), names };
}

const nameOf = (member) => (/^\w+$/.test(member) ? member : JSON.stringify(member));
const commentOf = ({ description }) => (description === undefined ? '' : `/** ${description} */\n`);

/** The TypeScript of a JSON schema: its name, if it has one, which `write` then defines once. */
function typeOf(schema, defined) {
  const name = defined.names.get(JSON.stringify(schema));
  if (name === undefined) return typeText(schema, defined);
  if (!defined.types.has(name)) {
    // In the order of their first use, each before what it consists of.
    defined.types.set(name, '');
    const text = typeText(schema, defined);
    const definition =
      schema.anyOf === undefined && text.startsWith('{') ? `interface ${name} ${text}` : `type ${name} = ${text};`;
    defined.types.set(name, `${commentOf(schema)}export ${definition}`);
  }
  return name;
}

function typeText(schema, defined) {
  const inner = (part) => typeOf(part, defined);
  if (schema.anyOf !== undefined) return schema.anyOf.map(inner).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `(${inner(schema.items)})[]`;
    case 'object':
      return objectType(schema, inner);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`No type for ${JSON.stringify(schema)}`);
  }
}

function objectType({ properties, required = [], patternProperties }, inner) {
  if (patternProperties !== undefined)
    return `Record<string, ${Object.values(patternProperties).map(inner).join(' | ')}>`;
  const members = Object.entries(properties ?? {}).map(
    ([name, schema]) => `${commentOf(schema)}${nameOf(name)}${required.includes(name) ? '' : '?'}: ${inner(schema)};`,
  );
  return `{ ${members.join('\n')} }`;
}

function callType([name, { summary, params, query, body, answers }], inner) {
  const parts = [
    ...(params === undefined ? [] : [`readonly params: ${inner(params)};`]),
    ...(query === undefined ? [] : [`readonly query?: ${inner(query)};`]),
    ...(body === undefined ? [] : [`readonly body: ${inner(body)};`]),
  ];
  const choices = Object.values(answers).flatMap((schema) => schema.anyOf ?? [schema]);
  const answer = [...new Set(choices.map(inner))].join(' | ');
  return `/** ${summary}. */\nreadonly ${name}: { ${parts.join('\n')}\nreadonly answer: ${answer}; };`;
}

const HEAD = '// Written by `node tools/server-types.mjs --write` from the schemas in libs/message-model/src/api.\n';

/** The text of each file, by its name. */
async function texts() {
  const { calls, names } = await loadModel();
  const defined = { names, types: new Map() };
  const callTypes = calls.map((call) => callType(call, (schema) => typeOf(schema, defined)));
  const routes = calls.map(([name, { method, path }]) => `${name}: ${JSON.stringify({ method, path })},`);
  const options = { ...(await resolveConfig(join(FOLDER, 'index.ts'))), parser: 'typescript' };
  return {
    'api-types.ts': await format(
      `${HEAD}
/** What each call of the server API takes and answers. */
export interface ApiTypes { ${callTypes.join('\n')} }

${[...defined.types.values()].join('\n\n')}`,
      options,
    ),
    'api-calls.ts': await format(
      `${HEAD}
import type { ApiTypes } from './api-types';

/** Where each call of the server API is; \`{name}\` is a parameter. */
export const API_CALLS = { ${routes.join('\n')} } as const satisfies Record<keyof ApiTypes, { readonly method: string; readonly path: string }>;`,
      options,
    ),
  };
}

for (const [name, text] of Object.entries(await texts())) {
  const file = join(FOLDER, name);
  if (process.argv.includes('--write')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`libs/server/src/${name} is out of date: run node tools/server-types.mjs --write`);
    process.exitCode = 1;
  }
}
