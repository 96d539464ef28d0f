import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'throughline',
    environment: 'node',
    include: ['{src,test}/**/*.test.ts'],
    // Limits end a test that hangs. They say nothing about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
