module.exports = { displayName: 'socketio', preset: '../../tools/jest-preset.cjs' };
