import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'scripts',
    root: import.meta.dirname,
    include: ['*.test.ts', '{checks,frameworks,options,otelcol/redaction}/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
