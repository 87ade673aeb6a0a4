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
export async function showCode(dialog, file) {
  const code = dialog.querySelector('code');
  const link = dialog.querySelector('[data-role="file"]');
  link.textContent = file;
  link.href = new URL(`../${file}`, import.meta.url);
  dialog.showModal();
  const response = await fetch(link.href);
  code.replaceChildren(...colour(await response.text()));
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
