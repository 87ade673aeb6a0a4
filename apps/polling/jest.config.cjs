module.exports = { displayName: 'polling', preset: '../../tools/jest-preset.cjs' };
