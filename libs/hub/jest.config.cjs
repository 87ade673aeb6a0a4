module.exports = { displayName: 'hub', preset: '../../tools/jest-preset.cjs' };
