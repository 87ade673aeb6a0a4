module.exports = { displayName: 'service-kit', preset: '../../tools/jest-preset.cjs' };
