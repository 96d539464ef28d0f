import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'throughline',
    environment: 'node',
    include: ['{src,test}/**/*.test.ts'],
    // Limits end a test that hangs. They say nothing about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // wrangler sends no requests to the internet, such as for the location of this machine.
    env: { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  },
})
