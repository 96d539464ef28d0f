import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/scripts',
  workers: 1,
  timeout: 60_000,
  forbidOnly: process.env.CI !== undefined,
})
