import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'

export default defineConfig({
  testDir: 'browser',
  outputDir: 'test-results',
  workers: 2,
  timeout: 180_000,
  // On a busy machine. An expectation that is met ends at once.
  expect: { timeout: 30_000 },
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
