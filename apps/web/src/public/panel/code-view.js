import { t } from '../texts/texts.js';

const TOKEN = new RegExp(
  [
    /(?<comment>\/\*[\s\S]*?\*\/|\/\/.*)/,
    /(?<string>'[^'\n]*'|`[^`]*`)/,
    /(?<keyword>\b(?:import|from|export|function|const|let|return|if|else|for|of|in|new|async|await|throw|typeof)\b)/,
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);

/** Opens the dialog with the text of the very file the panel runs: fetched, not a copy kept for show. */
export async function showCode(dialog, name) {
  const part = (role) => dialog.querySelector(`[data-role="${role}"]`);
  const file = `transports/${name}.js`;
  const code = dialog.querySelector('code');
  part('file').textContent = file;
  part('file').href = new URL(`../${file}`, import.meta.url);
  part('single').href = new URL(`../lab/${name}.html${location.search}`, import.meta.url);
  dialog.showModal();
  const text = await (await fetch(part('file').href)).text();
  code.replaceChildren(...colour(text));
  part('copy').textContent = t('code.copy');
  part('copy').onclick = async () => {
    await navigator.clipboard.writeText(text);
    part('copy').textContent = t('code.copied');
  };
}

function colour(source) {
  const nodes = [];
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    const span = document.createElement('span');
    span.className = Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined);
    span.textContent = match[0];
    nodes.push(source.slice(end, match.index), span);
    end = match.index + match[0].length;
  }
  return [...nodes, source.slice(end)];
}
