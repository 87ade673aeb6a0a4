/**
 * Preloaded into the service under fire: SIGWINCH has it collect its garbage, so that what is left is what it keeps;
 * the signal is one that nothing else in it means anything by.
 */
process.on('SIGWINCH', () => {
  globalThis.gc();
});
