module.exports = {
  displayName: 'access',
  preset: '../../tools/jest-preset.cjs',
  // jose is published as ES modules only, which Jest cannot require as they are.
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
};
