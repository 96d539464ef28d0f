import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'production',
    include: ['e2e/production/*.test.ts'],
    // The limits end a test that hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
