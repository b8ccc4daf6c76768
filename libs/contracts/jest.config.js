export default {
  displayName: 'contracts',
  preset: '../../jest.preset.js',
  // A shared machine may stall for seconds; no test waits for time to pass.
};
