module.exports = { displayName: 'api', preset: '../../tools/jest-preset.cjs' };
