import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'otel-shared',
    environment: 'node',
    include: ['{src,test,build}/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
