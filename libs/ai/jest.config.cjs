module.exports = { displayName: 'ai', preset: '../../tools/jest-preset.cjs' };
