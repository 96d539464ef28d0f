import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '../../e2e/chromium.ts'

export default defineConfig({
  testDir: 'browser',
  outputDir: 'test-results',
  workers: 1,
  timeout: 60_000,
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
