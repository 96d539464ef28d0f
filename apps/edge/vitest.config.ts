import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'edge',
    environment: 'node',
    include: ['test/**/*.test.ts'],
    // The workers run in wrangler's own workerd. Two of those at a time are enough for a small machine.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // No questions to the network, not even for where this machine is.
    env: { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  },
})
