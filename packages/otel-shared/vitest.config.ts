import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: 'otel-shared', environment: 'node', include: ['src/**/*.test.ts'] },
})
