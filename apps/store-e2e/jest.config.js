export default {
  displayName: 'store-e2e',
  preset: '../../jest.preset.js',
  testMatch: ['**/*.e2e-spec.ts'],
  maxWorkers: 1,
};
