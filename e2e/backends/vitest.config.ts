import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'backends',
    include: ['e2e/backends/*.test.ts'],
    globalSetup: 'e2e/backends/start-backends.ts',
    // The limits end a test that hangs.
    testTimeout: 120_000,
    hookTimeout: 400_000,
  },
})
