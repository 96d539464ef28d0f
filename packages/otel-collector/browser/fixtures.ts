import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { listenForNoise } from '@throughline/otel-testing/playwright'
import { type Collector, startCollector } from '../src/index.ts'
import { EIGHT_O_CLOCK } from '../test/otlp.ts'

export { expect }

/** A collector of its own for each test, whose viewer is the base URL. The page writes nothing to the console. */
export const test = base.extend<{ collector: Collector }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs off this pattern
  collector: async ({}, use) => {
    const collector = await startCollector({ otlpPort: 0, uiPort: 0 })
    await use(collector)
    await collector.shutdown()
  },
  baseURL: async ({ collector }, use) => use(collector.uiUrl),
  page: async ({ page }, use) => {
    // The console includes violations of the content security policy.
    const noise = listenForNoise(page)
    await use(page)
    expect(noise).toEqual([])
  },
})

/** Sets the clock of the page to the time of `spanAt`, so that a search for the last hours finds its spans. */
export async function goBackToEight(page: Page): Promise<void> {
  await page.clock.setFixedTime(Number(EIGHT_O_CLOCK / 1_000_000n) + 60_000)
}

/** The row of a span in the waterfall. */
export function spanRow(page: Page, service: string, name: string): Locator {
  return page.locator('[data-span-id]').filter({ hasText: `${service} ${name}` })
}

/** The names in the waterfall from top to bottom: `service name`. */
export async function rowNames(page: Page): Promise<string[]> {
  return (await page.locator('.span-label').allTextContents()).map((text) => text.trim())
}

/** Opens the page of a trace and waits for its spans. */
export async function openTrace(page: Page, traceId: string): Promise<void> {
  await page.goto(`/trace/${traceId}`)
  await page.getByRole('treegrid').waitFor()
}
