module.exports = { displayName: 'server', preset: '../../tools/jest-preset.cjs' };
