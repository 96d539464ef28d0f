import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'edge',
    environment: 'node',
    include: ['test/**/*.test.ts', 'gateway/src/**/*.test.ts'],
    // The workers run in wrangler's own workerd. Two of those at a time are enough for a small machine.
    fileParallelism: false,
    // Limits end a test that hangs. They say nothing about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // wrangler sends no requests to the internet, such as for the location of this machine.
    env: { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  },
})
