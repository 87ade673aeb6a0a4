module.exports = { displayName: 'react', preset: '../../tools/jest-preset.cjs' };
