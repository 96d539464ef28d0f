import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'runtimes',
    include: ['e2e/runtimes/*.test.ts'],
    globalSetup: 'e2e/frameworks/pack.ts',
    // The limits end a test that hangs: an app is installed, built and started.
    testTimeout: 120_000,
    hookTimeout: 400_000,
  },
})
