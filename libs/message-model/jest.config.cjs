module.exports = { displayName: 'message-model', preset: '../../tools/jest-preset.cjs' };
