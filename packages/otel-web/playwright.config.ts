import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'

export default defineConfig({
  testDir: 'test/browser',
  outputDir: 'test-results',
  // Long tests measure, so each has the machine to itself.
  workers: process.env.LONG ? 1 : 2,
  timeout: 180_000,
  // On a busy machine. An expectation that is met ends at once.
  expect: { timeout: 30_000 },
  // Those that wait for minutes run by `npm run test:long`.
  grepInvert: process.env.LONG ? /$^/ : /@long/,
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
