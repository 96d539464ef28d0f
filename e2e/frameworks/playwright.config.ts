import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results/frameworks',
  globalSetup: './pack.ts',
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
