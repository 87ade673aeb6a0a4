module.exports = { displayName: 'web', preset: '../../tools/jest-preset.cjs' };
