import { COMPILER } from './test/support/compiler.mjs';

/** Two projects: `unit` (beside the code, no server) and `e2e` (the real module on a real mongod that the run starts itself). */
const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFiles: ['reflect-metadata'],
  transform: { '^.+\\.ts$': ['@swc/jest', COMPILER] },
};

export default {
  // A hanging test is a failure; a machine with other work to do is none.
  testTimeout: 60_000,
  // Many files wait more than they work: on two cores, two at a time take two thirds of the time (measured).
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/support/closing-line.reporter.mjs'],
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/lint/*.spec.ts'] },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/start-mongo.mjs',
      globalTeardown: '<rootDir>/test/support/stop-mongo.mjs',
    },
  ],
};
