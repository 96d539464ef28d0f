import { defineConfig } from '@playwright/test'
import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'

export default defineConfig({
  testDir: '.',
  // `*.test.ts` are tests of Vitest.
  testMatch: '*.spec.ts',
  // They have suites of their own, which take minutes: `npm run test:frameworks`, `npm run e2e:services` and `npm run e2e:production`.
  testIgnore: ['frameworks/**', 'services/**', 'production/**'],
  outputDir: '../test-results/e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: chromiumLaunchOptions(), screenshot: 'only-on-failure' },
})
