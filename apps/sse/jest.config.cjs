module.exports = { displayName: 'sse', preset: '../../tools/jest-preset.cjs' };
