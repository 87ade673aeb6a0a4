/**
 * `npm run sbom`: what the shipped apps are made of, as CycloneDX JSON on stdout; from what is installed, without a network.
 * `npm sbom` leaves out with `--omit dev` whatever any workspace names for its tests, such as Fastify, so it lists all, and
 * what nothing shipped needs is taken out here.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './checkout.mjs';
import { services } from './services.mjs';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What the build of the documentation site puts into its files, which the web service sends to browsers. The build checks the list. */
const SITE = readJson(join(ROOT, 'apps/docs/src/bundled-packages.json'));

/** The apps that have an image, the one that is all of them, and the command that is in each image. */
const SHIPPED = [...services.map(({ name }) => name), 'standalone', 'cli'].map((app) => `@tetracast/${app}`);

const ofNpm = { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] };
const bom = JSON.parse(execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'], ofNpm));

const components = new Map(bom.components.map((component) => [component['bom-ref'], component]));
const edges = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
const nameOf = (ref) => ref.slice(0, ref.lastIndexOf('@'));

/** The packages of the site. Of what they need themselves, only that is in it which is in the list. */
const ofSite = new Set([...components.keys()].filter((ref) => SITE.includes(nameOf(ref))));

/** What a component needs to run: for our own projects npm lists what their tests need as well. */
function needsOf(ref) {
  const needs = edges.get(ref) ?? [];
  if (ofSite.has(ref)) return needs.filter((need) => ofSite.has(need));
  if (!ref.startsWith('@tetracast/')) return needs;
  const { dependencies = {} } = readJson(join(ROOT, 'node_modules', nameOf(ref), 'package.json'));
  const own = needs.filter((need) => Object.hasOwn(dependencies, nameOf(need)));
  return nameOf(ref) === '@tetracast/web' ? [...own, ...ofSite] : own;
}

const shipped = new Set([...components.keys()].filter((ref) => SHIPPED.includes(nameOf(ref))));
// A set hands over what is added to it meanwhile as well.
for (const ref of shipped) for (const need of needsOf(ref)) if (components.has(need)) shipped.add(need);

const { name, version } = readJson(join(ROOT, 'package.json'));
const root = bom.metadata.component;
// npm names what is ours after its folder.
Object.assign(root, { name, purl: `pkg:npm/${name}@${version}` });
bom.components = [...shipped].map((ref) => ({ ...components.get(ref), name: nameOf(ref) }));
bom.dependencies = [
  { ref: root['bom-ref'], dependsOn: [...shipped].filter((ref) => SHIPPED.includes(nameOf(ref))) },
  ...[...shipped].map((ref) => ({ ref, dependsOn: needsOf(ref).filter((need) => shipped.has(need)) })),
];
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);
