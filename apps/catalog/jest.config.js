export default {
  displayName: 'catalog',
  preset: '../../jest.preset.js',
  // Every test starts an application; on a busy machine that takes seconds.
};
