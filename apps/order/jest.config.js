export default {
  displayName: 'order',
  preset: '../../jest.preset.js',
};
