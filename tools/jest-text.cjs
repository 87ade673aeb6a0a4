/** Gives Jest a text file as its string, as esbuild's `text` loader does in the bundles. */
module.exports = {
  process: (text) => ({ code: `module.exports = ${JSON.stringify(text)};` }),
};
