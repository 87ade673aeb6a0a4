module.exports = { displayName: 'websocket', preset: '../../tools/jest-preset.cjs' };
