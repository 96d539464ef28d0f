import { defineConfig } from '@playwright/test'
import e2e from '../playwright.config.ts'

export default defineConfig(e2e, {
  testDir: '.',
  testIgnore: [],
  outputDir: '../../test-results/production',
})
