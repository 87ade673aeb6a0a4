module.exports = { displayName: 'docs', preset: '../../tools/jest-preset.cjs' };
