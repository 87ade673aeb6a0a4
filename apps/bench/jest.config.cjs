module.exports = { displayName: 'bench', preset: '../../tools/jest-preset.cjs' };
