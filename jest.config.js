/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.m?[jt]s$': '@swc/jest' },
  // rou3 comes as ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!rou3/)'],
  moduleNameMapper: {
    '^vaquero$': '<rootDir>/src/index.ts',
    '^vaquero/cluster$': '<rootDir>/src/core/cluster/index.ts',
    '^vaquero/(nats|redis)$': '<rootDir>/src/buses/$1/index.ts',
    '^vaquero/testing$': '<rootDir>/src/testing/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: [
    '<rootDir>/bench/',
    '<rootDir>/site/',
    '<rootDir>/dist/',
    '<rootDir>/dist-samples/',
    '<rootDir>/dist-reliability/',
    '<rootDir>/dist-docs/',
  ],
  // Only for what hangs: some tests start processes, browsers and builds, and a busy machine may stand still for seconds.
  testTimeout: 60_000,
};
