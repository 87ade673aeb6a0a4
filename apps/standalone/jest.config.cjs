module.exports = { displayName: 'standalone', preset: '../../tools/jest-preset.cjs' };
