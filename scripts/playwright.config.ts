import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: '.',
  // Files named `.test.ts` are Vitest's.
  testMatch: '*.spec.ts',
  outputDir: '../test-results/scripts',
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env.CI !== undefined,
})
