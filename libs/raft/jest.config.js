export default {
  displayName: 'raft',
  preset: '../../jest.preset.js',
};
