module.exports = { displayName: 'cli', preset: '../../tools/jest-preset.cjs' };
