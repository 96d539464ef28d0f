import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from './chromium.ts'

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions(), screenshot: 'only-on-failure' },
})
