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
  // What measures a cost needs a quiet machine and runs by `npm run bench:costs`. What takes longest runs by
  // `npm run test:long`.
  ...(process.env.BENCH ? { grep: /@bench/ } : { grepInvert: process.env.LONG ? /@bench/ : /@bench|@long/ }),
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions() },
})
