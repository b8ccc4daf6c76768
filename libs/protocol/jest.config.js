export default {
  displayName: 'protocol',
  preset: '../../jest.preset.js',
  // On a busy machine a step may take seconds; no test waits for time to pass.
  testTimeout: 60_000,
};
