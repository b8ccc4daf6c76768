export default {
  displayName: 'leader',
  preset: '../../jest.preset.js',
};
