/** What `node --cpu-prof` writes, as far as it is drawn. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Ids of nodes, and the µs until each sample. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** A function called in one place, with all that it calls; `us` is the time of both. */
interface Frame {
  readonly name: string;
  readonly url: string;
  us: number;
  readonly calls: Map<string, Frame>;
}

const WIDTH = 1200;
const ROW = 17;
const TOP = 44;
/** What is narrower is not drawn. */
const LEAST = 0.6;
/** Pixels of a letter. */
const LETTER = 6.2;
const WAITING = ['(idle)', '(root)'];

/**
 * A profile as a flame graph: a bar is as wide as the time of a function and of all that it calls, those above it. Drawn is what
 * lies between the first and the last call of `during`, or everything if that is never called.
 */
export function toFlame({ nodes, samples, timeDeltas }: CpuProfile, title: string, during?: string): string {
  const root = foldSamples(nodes, samples, timeDeltas, during);
  const levels = depthOf(root);
  const height = TOP + levels * ROW + 12;
  const bars = draw(root, 0, WIDTH / root.us, height - 12 - ROW, root.us);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="18" font-size="14" font-weight="bold">${escape(title)}</text>`,
    `<text x="8" y="35" fill="#475569">processor time; blue: the service, with the packages in it, green: Node.js in JavaScript, grey: native</text>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

function foldSamples(
  nodes: readonly ProfileNode[],
  samples: readonly number[],
  deltas: readonly number[],
  during: string | undefined,
): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const root: Frame = { name: 'all', url: '', us: 0, calls: new Map() };
  const pathTo = (id: number): ProfileNode[] => {
    const path: ProfileNode[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (node !== undefined) path.unshift(node);
    }
    return path;
  };
  const calls = (id: number): boolean => pathTo(id).some(({ callFrame }) => callFrame.functionName === during);
  const first = Math.max(0, samples.findIndex(calls));
  const last = samples.findLastIndex(calls);
  samples.forEach((id, i) => {
    if (i < first || (last >= 0 && i > last)) return;
    const path = pathTo(id);
    if (path.at(-1)?.callFrame.functionName === '(idle)') return;
    const us = deltas[i] ?? 0;
    let frame = root;
    frame.us += us;
    for (const { callFrame } of path) {
      if (WAITING.includes(callFrame.functionName)) continue;
      frame = enter(frame, callFrame.functionName || '(anonymous)', callFrame.url);
      frame.us += us;
    }
  });
  return root;
}

function enter(frame: Frame, name: string, url: string): Frame {
  const key = `${name} ${url}`;
  let next = frame.calls.get(key);
  if (next === undefined) frame.calls.set(key, (next = { name, url, us: 0, calls: new Map() }));
  return next;
}

function depthOf({ calls }: Frame): number {
  return 1 + Math.max(0, ...[...calls.values()].map(depthOf));
}

function draw(frame: Frame, x: number, scale: number, y: number, whole: number): string[] {
  const width = frame.us * scale;
  if (width < LEAST) return [];
  const share = `${((100 * frame.us) / whole).toFixed(1)} %`;
  const letters = Math.floor((width - 4) / LETTER);
  const label = letters < 3 ? '' : escape(frame.name.slice(0, letters));
  const lines = [
    `<g><title>${escape(frame.name)}, ${share}</title>` +
      `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(width - 0.5, 0.3).toFixed(1)}" height="${ROW - 1}" fill="${colourOf(frame)}"/>` +
      `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${label}</text></g>`,
  ];
  let at = x;
  for (const call of [...frame.calls.values()].sort((a, b) => b.us - a.us)) {
    lines.push(...draw(call, at, scale, y - ROW, whole));
    at += call.us * scale;
  }
  return lines;
}

function colourOf({ name, url }: Frame): string {
  if (name === 'all') return '#e2e8f0';
  if (url === '') return '#cbd5e1';
  if (url.startsWith('node:')) return '#bbf7d0';
  return '#bfdbfe';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
