import { defineConfig } from 'vitest/config'

// Beside the tests inside of workerd: what is to be seen from outside of it, over a socket.
export default defineConfig({
  test: {
    name: 'otel-edge over HTTP',
    include: ['http/**/*.test.ts'],
    hookTimeout: 60_000,
    testTimeout: 30_000,
  },
})
