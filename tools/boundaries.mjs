/**
 * Which layer may import which: the one table behind the lint rule (eslint.config.mjs) and CONTRIBUTING.md.
 * `node tools/boundaries.mjs` prints it as Markdown, with `--json` as data.
 */
import { pathToFileURL } from 'node:url';

/**
 * `mayImport` is what `src/` may import. Every project's `test/` may import `testing` and `example` besides, and what
 * `testsMayImport` names.
 */
export const layers = [
  { layer: 'message-model', mayImport: [] },
  { layer: 'node-io', mayImport: ['message-model'] },
  { layer: 'access', mayImport: ['message-model', 'node-io'] },
  { layer: 'bus', mayImport: ['message-model', 'node-io'] },
  { layer: 'hub', mayImport: ['message-model', 'node-io', 'bus'] },
  { layer: 'session', mayImport: ['message-model', 'access', 'bus', 'hub', 'node-io'] },
  { layer: 'service-kit', mayImport: ['message-model', 'access', 'bus', 'hub', 'node-io', 'session'] },
  { layer: 'app', mayImport: ['message-model', 'access', 'bus', 'hub', 'node-io', 'session', 'service-kit'] },
  // Not of the product: nothing but tests may import it.
  { layer: 'example', mayImport: ['message-model', 'access', 'bus', 'hub', 'node-io', 'session', 'service-kit'] },
  {
    layer: 'standalone',
    mayImport: ['message-model', 'access', 'bus', 'hub', 'node-io', 'session', 'service-kit', 'app'],
  },
  { layer: 'conformance', mayImport: ['message-model', 'service-kit', 'standalone'] },
  // Below the bus, because the tests of the bus and of all above it use it: anything more would be a cycle.
  { layer: 'testing', mayImport: ['message-model'] },
  // For browsers, so it shares no code with the services; its tests start them.
  { layer: 'client', mayImport: [], testsMayImport: ['message-model', 'service-kit', 'standalone'] },
  { layer: 'react', mayImport: ['client'], testsMayImport: ['service-kit', 'standalone'] },
  { layer: 'ai', mayImport: ['client'], testsMayImport: ['service-kit', 'standalone'] },
  { layer: 'cli', mayImport: ['client', 'node-io', 'server', 'service-kit'], testsMayImport: ['standalone'] },
  { layer: 'e2e', mayImport: ['message-model', 'service-kit', 'standalone', 'server', 'client', 'ai'] },
  { layer: 'bench', mayImport: ['testing'] },
  // A separate package, which depends on nothing.
  { layer: 'server', mayImport: [] },
  { layer: 'docs', mayImport: [] },
  { layer: 'tools', mayImport: [] },
];

/** What every project's `test/` may import besides. */
const TEST_LAYERS = ['testing', 'example'];

/** The table as `depConstraints` of `@nx/enforce-module-boundaries`, for the files in `src/` or those in `test/`. */
export function depConstraints(part) {
  return layers.map(({ layer, mayImport, testsMayImport = [] }) => {
    const allowed = part === 'test' ? [...mayImport, ...TEST_LAYERS, ...testsMayImport] : mayImport;
    return {
      sourceTag: `layer:${layer}`,
      onlyDependOnLibsWithTags: [...new Set(allowed)].map((name) => `layer:${name}`),
    };
  });
}

/** The table as it stands in CONTRIBUTING.md. */
export function layersAsMarkdown() {
  const rows = layers.map(({ layer, mayImport }) => [
    `\`${layer}\``,
    mayImport.map((name) => `\`${name}\``).join(', ') || '—',
  ]);
  const head = ['Layer', '`src/` may import'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(process.argv[2] === '--json' ? JSON.stringify(layers) : layersAsMarkdown());
}
