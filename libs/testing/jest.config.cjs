module.exports = { displayName: 'testing', preset: '../../tools/jest-preset.cjs' };
