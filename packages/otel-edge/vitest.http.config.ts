import { defineConfig } from 'vitest/config'

// Beside the tests inside of workerd: what is seen from outside of it, over a socket, and other runtimes.
export default defineConfig({
  test: {
    name: 'otel-edge over HTTP',
    include: ['test/{http,parsers,runtimes,twins}/**/*.test.ts'],
    // Limits end a test that hangs. They say nothing about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
