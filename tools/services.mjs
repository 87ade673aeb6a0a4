/**
 * The services of the product, as each one's `src/service.json` describes it, and what is written from that: the gateway's locations
 * and settings, and the table in docs/operations.md, each between two lines that name this file.
 *
 * `node tools/services.mjs` names the files that are out of date, `--write` writes them, `--locations <folder>` prints the nginx
 * locations of the service in that folder.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');

const descriptorOf = (folder) => join(ROOT, folder, 'src/service.json');
const readService = (folder) => JSON.parse(readFileSync(descriptorOf(folder), 'utf8'));

/** In the order of their ports. */
export const services = readdirSync(join(ROOT, 'apps'))
  .map((name) => `apps/${name}`)
  .filter((folder) => existsSync(descriptorOf(folder)))
  .map(readService)
  .sort((one, other) => one.defaultPort - other.defaultPort);

const settingOf = ({ name }) => name.toUpperCase();

/** The path as nginx writes it: a regular expression, since nginx redirects to a location that ends in a slash, to its own port. */
function patternOf(path) {
  const escaped = path.replace(/[.+?^$()[\]\\|]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+');
  return escaped.endsWith('/*') ? `^${escaped.slice(0, -2)}(?:/|$)` : `^${escaped}/?$`;
}

/**
 * Where a service has paths that the gateway does not serve: nginx finds the location by a path without `..`, but passes it on as it
 * came, and the service would read it otherwise.
 */
function guardOf({ paths }, path) {
  if (!paths.some(({ exposedBy }) => exposedBy !== undefined)) return [];
  return [`  if ($request_uri !~ ${patternOf(path).replace('/|$', '[/?]|$')}) { return 404; }`];
}

function locationOf(service, { path, note, exposedBy, ownBodyLimit, buffering = true, readTimeout, sendTimeout }) {
  return [
    ...(note === undefined ? [] : [`# ${note}`]),
    `location ${path === '/*' ? '/' : `~ ${patternOf(path)}`} {`,
    ...(exposedBy === undefined
      ? guardOf(service, path)
      : [`  set $exposed \${${exposedBy}};`, '  if ($exposed != true) { return 404; }']),
    `  set $upstream \${UPSTREAM_${settingOf(service)}};`,
    '  proxy_pass http://$upstream;',
    ...(ownBodyLimit ? ['  client_max_body_size 0;', '  proxy_request_buffering off;'] : []),
    ...(buffering ? [] : ['  proxy_buffering off;']),
    ...(readTimeout === undefined ? [] : [`  proxy_read_timeout ${readTimeout};`]),
    ...(sendTimeout === undefined ? [] : [`  proxy_send_timeout ${sendTimeout};`]),
    '}',
  ];
}

const locationsOf = (service) => service.paths.flatMap((path) => locationOf(service, path));

/** Those of the requests that an `EventSource` makes, when their service cannot be reached. */
const eventSourceRows = ({ paths }) =>
  paths.filter(({ eventSource }) => eventSource).map(({ path }) => `'~^GET ${patternOf(path).slice(1)}' @sse_later;`);

function tableRows() {
  const code = (texts) => texts.map((text) => `\`${text}\``).join(', ');
  const rows = services.flatMap(({ name, defaultPort, settings, paths }) =>
    paths.map(({ path, methods, upgrade }, index) => [
      index === 0 ? `\`${name}\`` : '',
      index === 0 ? String(defaultPort) : '',
      code([path]),
      methods.join(', ') + (upgrade === undefined ? '' : ', WebSocket'),
      index === 0 ? code(settings) : '',
    ]),
  );
  const head = ['Service', 'Port', 'Path', 'Methods', 'Its own settings'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return ['', line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ''];
}

const CONF = 'apps/gateway/conf';

/** What stands between the two lines of each name, by file. */
const REGIONS = {
  [`${CONF}/gateway.conf.template`]: { locations: () => services.flatMap(locationsOf) },
  [`${CONF}/http.conf`]: { 'event sources': () => services.flatMap(eventSourceRows) },
  [`${CONF}/ports.conf.template`]: {
    upstreams: () => services.map((service) => `${service.defaultPort} \${UPSTREAM_${settingOf(service)}};`),
    ports: () => services.map(({ defaultPort }) => `listen ${defaultPort};`),
  },
  'apps/gateway/settings.env': {
    addresses: () => services.map((each) => `UPSTREAM_${settingOf(each)}=${each.name}:${each.defaultPort}`),
  },
  'docs/operations.md': { services: tableRows },
};

/** The file's text with each of its regions written again. */
function rewritten(text, file, regions) {
  return Object.entries(regions).reduce((before, [name, linesOf]) => {
    const [open, close] = file.endsWith('.md')
      ? [`<!-- ${name} -->`, `<!-- /${name} -->`]
      : [`# ${name}: written by tools/services.mjs`, `# /${name}`];
    const from = before.indexOf(open);
    const to = before.indexOf(close, from);
    if (from < 0 || to < 0) throw new Error(`${file} has no lines "${open}" and "${close}"`);
    const indent = ' '.repeat(from - before.lastIndexOf('\n', from) - 1);
    const lines = linesOf().map((line) => (line === '' ? '\n' : `${indent}${line}\n`));
    return `${before.slice(0, from)}${open}\n${lines.join('')}${indent}${before.slice(to)}`;
  }, text);
}

function main([option, folder]) {
  if (option === '--locations') {
    console.log(locationsOf(readService(folder)).join('\n'));
    return;
  }
  for (const [file, regions] of Object.entries(REGIONS)) {
    const path = join(ROOT, file);
    const text = readFileSync(path, 'utf8');
    const wanted = rewritten(text, file, regions);
    if (wanted === text) continue;
    if (option === '--write') writeFileSync(path, wanted);
    else {
      console.log(`${file} is not what the services' descriptors say: run node tools/services.mjs --write`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
