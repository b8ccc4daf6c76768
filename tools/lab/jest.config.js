export default {
  displayName: 'lab',
  preset: '../../jest.preset.js',
};
