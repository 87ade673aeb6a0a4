module.exports = { displayName: 'bus', preset: '../../tools/jest-preset.cjs' };
