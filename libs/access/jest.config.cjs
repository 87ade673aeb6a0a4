module.exports = { displayName: 'access', preset: '../../tools/jest-preset.cjs' };
