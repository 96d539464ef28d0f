import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'

export default defineConfig({
  testDir: '.',
  globalSetup: './install-browsers.ts',
  outputDir: '../../test-results/conformance',
  workers: 1,
  timeout: 600_000,
  // On a busy machine. An expectation that is met ends at once.
  expect: { timeout: 30_000 },
  // What measures for a minute runs by `npm run test:long`.
  grepInvert: process.env.LONG ? /$^/ : /@long/,
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
