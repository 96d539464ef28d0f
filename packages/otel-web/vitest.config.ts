import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'otel-web',
    environment: 'node',
    include: ['src/**/*.test.ts'],
    // Web Storage, which browsers have. Every test file gets an empty one.
    execArgv: [
      '--experimental-webstorage',
      '--localstorage-file=:memory:',
      '--disable-warning=ExperimentalWarning',
    ],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
