import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'otel-collector',
    environment: 'node',
    include: ['{src,test}/**/*.test.ts'],
    // Floods take a minute: `npm run test:long` sends them, and `npm run bench:costs`.
    exclude: [
      ...configDefaults.exclude,
      ...(process.env.LONG || process.env.BENCH ? [] : ['test/flood.test.ts']),
    ],
    // Limits end a test that hangs. They say nothing about speed.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
