module.exports = { displayName: 'gateway', preset: '../../tools/jest-preset.cjs' };
