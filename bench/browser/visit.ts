import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, CDPSession, Page } from '@playwright/test'
import type { Product } from './products.ts'
import { scriptsOf } from './scripts.ts'
import { type ApiRequest, type BenchServer, startServer } from './server.ts'

/** The visit of a user: a new profile, a new server (and so a new origin), one product on the page. */
export interface Visit {
  readonly product: Product
  readonly page: Page
  readonly cdp: CDPSession
  readonly server: BenchServer
  /** The errors and the console messages of the page. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

export async function startVisit(browser: Browser, product: Product): Promise<Visit> {
  const server = await startServer(await scriptsOf(product))
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version().split('.')[0]}.0.0.0 Safari/537.36`
  // Some products send nothing if the user agent contains "Headless".
  const context = await browser.newContext({ userAgent })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`threw ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  return {
    product,
    page,
    cdp: await context.newCDPSession(page),
    server,
    complaints,
    async close() {
      await context.close()
      server.close()
    },
  }
}

/** Runs `use` with a visit and ends the visit, also after an error. */
export async function withVisit<T>(
  browser: Browser,
  product: Product,
  use: (visit: Visit) => Promise<T>,
): Promise<T> {
  const visit = await startVisit(browser, product)
  try {
    return await use(visit)
  } finally {
    await visit.close()
  }
}

/** Opens the page and waits until every product has started: Throughline loads when idle, Sentry's page load ends after 1 s. */
export async function open(visit: Visit): Promise<void> {
  await visit.page.goto(visit.server.origin)
  await delay(2_500)
}

/** Clicks "Many", whose handler makes `count` requests, `parallel` at a time, and waits until it has them. */
export async function fetchMany({ page }: Visit, count: number, parallel: number): Promise<void> {
  await page.evaluate((many) => void Object.assign(window.bench.many, many), { count, parallel })
  // A promise instead of polling, which would run in the page and be measured.
  const done = page.evaluate(() => window.bench.untilMany())
  await page.click('#many')
  await done
}

/** Opens a page without a product, which makes every product send its buffered spans. */
export async function leave(visit: Visit): Promise<void> {
  await visit.page.goto('about:blank')
  await delay(1_000)
}

/** Waits until the product has delivered a span for each request, at most `limitMillis`. */
export async function untilDelivered(
  visit: Visit,
  requests: () => readonly ApiRequest[],
  limitMillis: number,
): Promise<void> {
  const end = Date.now() + limitMillis
  while (Date.now() < end && requests().some((request) => !isDelivered(visit, request))) await delay(200)
}

export function isDelivered(visit: Visit, { spanId }: ApiRequest): boolean {
  return spanId !== undefined && visit.server.spans.has(spanId)
}

/** How many of the requests of "Many" were delivered, as `97 %`: a product that drops is cheap for another reason. */
export function manyDelivered(visit: Visit | undefined): string {
  const requests = visit?.server.requests.filter(({ action }) => action.startsWith('many')) ?? []
  const delivered = visit === undefined ? [] : requests.filter((request) => isDelivered(visit, request))
  return requests.length === 0 ? '–' : `${Math.floor((delivered.length / requests.length) * 100)} %`
}
