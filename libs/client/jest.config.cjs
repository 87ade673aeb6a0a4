module.exports = { displayName: 'client', preset: '../../tools/jest-preset.cjs' };
