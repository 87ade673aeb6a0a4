module.exports = { displayName: 'e2e', preset: '../../tools/jest-preset.cjs' };
