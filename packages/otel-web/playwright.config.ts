import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '../../e2e/chromium.ts'

export default defineConfig({
  testDir: 'browser',
  outputDir: 'test-results',
  workers: 1,
  timeout: 30_000,
  // Those that wait for minutes run by `npm run test:long`.
  grepInvert: process.env.LONG ? /$^/ : /@long/,
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
