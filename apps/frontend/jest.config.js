export default {
  displayName: 'frontend',
  preset: '../../jest.preset.js',
};
