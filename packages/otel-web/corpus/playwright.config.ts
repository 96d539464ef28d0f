import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '../../../e2e/chromium.ts'

export default defineConfig({
  testDir: '.',
  globalSetup: './install-browsers.ts',
  outputDir: '../test-results/corpus',
  workers: 1,
  timeout: 90_000,
  // What measures for a minute runs by `npm run test:long`.
  grepInvert: process.env.LONG ? /$^/ : /@long/,
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
