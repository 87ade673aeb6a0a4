module.exports = { displayName: 'node-io', preset: '../../tools/jest-preset.cjs' };
