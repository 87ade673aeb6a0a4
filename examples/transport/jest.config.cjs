module.exports = { displayName: 'example-transport', preset: '../../tools/jest-preset.cjs' };
