import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { type ExpectedSpan, expectTrace, type SpanNode } from '@throughline/otel-testing'
import { readGuide } from '../../scripts/frameworks/read-guide.ts'
import { installApp, type ServeCommand, type ServedApp, serveApp } from './app.ts'

/** A template, and the differences of its traces from those of the others. */
export interface Framework {
  /** The name of the template's folder. */
  readonly name: string
  readonly production: ServeCommand
  /** Commands that build the app when the address of the collector is known, by title. Default: its script `build`. */
  readonly builds?: Readonly<Record<string, readonly string[]>>
  /** Default: the app has no development server. */
  readonly development?: ServeCommand
  /** The children of the page load. Default: the request for the products. */
  readonly load?: readonly ExpectedSpan[]
  /** The children of the click on the link to the cart. Default: the navigation, with the request of the page. */
  readonly navigation?: readonly ExpectedSpan[]
  /** The development server can hydrate the page after its load has ended, so that requests are traces of their own. */
  readonly hydratesLate?: true
  /** Tests of this framework alone, for each way of serving the app. */
  readonly more?: (visits: Visits) => void
  /** Waits for the part of the SDK that is loaded when the page is idle. Default: all of it is in the app's bundle. */
  readonly ready?: (page: Page) => Promise<void>
}

/** The first page of the app that a test opens, and its traces. */
interface Visits {
  /** Opens the first page and waits for its data. */
  visit(page: Page): Promise<Requests>
  /** Asserts a whole trace. */
  expectTraceOf(traceId: string, expected: ExpectedSpan): Promise<SpanNode>
}

/** The responses of the shop's API. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/api/products': ['tea', 'cups'],
  '/api/cart': ['tea'],
  '/api/orders': { ok: true },
  '/api/coupons': { percent: 10 },
  '/api/stock': { left: 0 },
}

const PAGE_LOAD = [request('GET', '/api/products')]
const NAVIGATION = [{ name: 'navigate /cart', children: [request('GET', '/api/cart')] }]

/** Declares the tests of one framework: its production build and its development server, each in real Chromium. */
export function testFramework(framework: Framework): void {
  let folder: string
  test.beforeAll(async () => {
    test.setTimeout(300_000)
    const { FRAMEWORKS_FOLDER: parent = '' } = process.env
    folder = join(parent, framework.name)
    const { commands } = readGuide(framework.name).firstTrace
    await installApp(
      join(import.meta.dirname, framework.name),
      folder,
      commands,
      framework.builds === undefined,
    )
  })
  for (const [title, build] of Object.entries(framework.builds ?? { 'production build': undefined })) {
    test.describe(`${framework.name}, ${title}`, () =>
      testActions(framework, () => serveApp(folder, framework.production, { build })))
  }
  const { development } = framework
  if (!development) return
  test.describe(`${framework.name}, development server`, () =>
    testActions(framework, () => serveApp(folder, development), !framework.hydratesLate))
}

function testActions(
  { navigation = NAVIGATION, load = PAGE_LOAD, more, ready }: Framework,
  serve: () => Promise<ServedApp>,
  hasLoad = true,
): void {
  let app: ServedApp
  test.beforeAll(async ({ browser }) => {
    test.setTimeout(480_000)
    app = await serve()
    await warmUp(await browser.newPage())
  })
  test.afterAll(() => app?.stop())

  /** A development server compiles a page when it is first visited, and may then reload it. */
  async function warmUp(page: Page): Promise<void> {
    await answerApi(page)
    await page.goto(app.url, { waitUntil: 'networkidle' })
    await expect(page.getByRole('heading')).toHaveText('tea, cups', { timeout: 60_000 })
    await page.getByRole('link', { name: 'Cart' }).click()
    await expect(page.getByRole('heading')).toHaveText('tea', { timeout: 60_000 })
    await page.waitForLoadState('networkidle')
    await page.close()
  }

  /** Opens the first page and waits for its data. */
  async function visit(page: Page): Promise<Requests> {
    const requests = await answerApi(page)
    // If the guide names the default address of the collector, as for pages without a server of their own.
    await page.route('http://localhost:4318/**', (route) => route.continue({ url: app.collector.tracesUrl }))
    await page.goto(app.url)
    await expect(page.getByRole('heading')).toHaveText('tea, cups')
    await ready?.(page)
    return requests
  }

  /** Asserts the whole trace of the request to `path`. */
  async function expectAction(requests: Requests, path: string, expected: ExpectedSpan): Promise<SpanNode> {
    return expectTraceOf(await requests.traceIdOf(path), expected)
  }

  const expectTraceOf: Visits['expectTraceOf'] = (traceId, expected) =>
    expectTrace(app.collector, { service: 'shop-web', ...expected }, { traceId })

  more?.({ visit, expectTraceOf })

  if (hasLoad) {
    test('the page load has the requests of the page', async ({ page }) => {
      const requests = await visit(page)
      await expectAction(requests, '/api/products', {
        name: 'load /',
        children: load,
      })
    })
  }

  test('a click has its requests', async ({ page }) => {
    const requests = await visit(page)
    await page.getByRole('button', { name: 'Buy' }).click()
    await expectAction(requests, '/api/orders', {
      name: 'click Buy',
      status: 'UNSET',
      children: [request('POST', '/api/orders'), request('GET', '/api/products')],
    })
  })

  test('a navigation has the requests of its page', async ({ page }) => {
    const requests = await visit(page)
    await page.getByRole('link', { name: 'Cart' }).click()
    await expect(page.getByRole('heading')).toHaveText('tea')
    await expectAction(requests, '/api/cart', {
      name: 'click Cart',
      children: navigation,
    })
  })

  test('a form has its request', async ({ page }) => {
    const requests = await visit(page)
    await page.getByRole('button', { name: 'Redeem' }).click()
    await expect(page.getByRole('status')).toHaveText('10 % off')
    await expectAction(requests, '/api/coupons', {
      name: 'click Redeem',
      children: [request('POST', '/api/coupons')],
    })
  })

  test('an error is recorded on its action', async ({ page }) => {
    const requests = await visit(page)
    await page.getByRole('button', { name: 'Check' }).click()
    const { events } = await expectAction(requests, '/api/stock', {
      name: 'click Check',
      status: 'ERROR',
      children: [request('GET', '/api/stock')],
    })
    expect(events.filter(({ name }) => name === 'exception')).toHaveLength(1)
  })
}

/** The requests of a page to the API. */
interface Requests {
  /** The trace that the latest request to a path names in its `traceparent`. Waits for the request. */
  traceIdOf(path: string): Promise<string>
}

/** Serves the API in the browser, so that every template has the same one. */
async function answerApi(page: Page): Promise<Requests> {
  const traceIds = new Map<string, string>()
  await page.route('**/api/*', async (route) => {
    const { pathname } = new URL(route.request().url())
    const [, traceId = ''] = (route.request().headers().traceparent ?? '').split('-')
    traceIds.set(pathname, traceId)
    await route.fulfill({ json: ANSWERS[pathname] })
  })
  return {
    async traceIdOf(path) {
      await expect.poll(() => traceIds.get(path), `the traceparent of ${path}`).toMatch(/^[\da-f]{32}$/)
      return traceIds.get(path) ?? ''
    },
  }
}

/** StrictMode of React's development build runs effects twice. */
export function request(method: string, path: string): ExpectedSpan {
  return {
    name: method,
    kind: 'CLIENT',
    attributes: { 'url.full': new RegExp(`${path}$`) },
    children: [],
    repeated: true,
  }
}

/** Waits until a module that the page imports has been loaded and has run. */
export async function waitForModule(page: Page, name: string): Promise<void> {
  const find = (part: string) =>
    performance.getEntriesByType('resource').find((entry) => entry.name.includes(part))?.name
  const url = await (await page.waitForFunction(find, name)).jsonValue()
  // A module's second import resolves when the module has run.
  await page.evaluate((address) => import(address), url ?? '')
}
