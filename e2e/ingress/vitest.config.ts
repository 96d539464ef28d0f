import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'ingress',
    include: ['e2e/ingress/*.test.ts'],
    globalSetup: 'e2e/ingress/start-chain.ts',
    // The limits end a test that hangs.
    testTimeout: 120_000,
    hookTimeout: 400_000,
  },
})
