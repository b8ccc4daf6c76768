export default {
  displayName: 'simulate',
  preset: '../../jest.preset.js',
  // Hundreds of schedules take a while on a busy machine; none waits for time to pass.
  testTimeout: 600_000,
};
