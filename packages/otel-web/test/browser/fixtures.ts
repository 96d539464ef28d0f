import { join } from 'node:path'
import { expect, type Frame, type Page } from '@playwright/test'
import type { ReceivedSpan } from '@throughline/otel-testing'
import { type PageServer, pageTest } from '@throughline/otel-testing/playwright'
import type { TracingOptions } from '../../src/options.ts'
import { bundledCode } from './bundled-script.ts'

export {
  attribute,
  isNamed,
  isRequestTo,
  textOf,
  waitForSpan,
  waitForSpans,
} from '@throughline/otel-testing'
export type { PageServer } from '@throughline/otel-testing/playwright'
export { expect }

/** The built scripts. */
export const SCRIPTS = join(import.meta.dirname, '../../dist')

interface Fixtures {
  /** Opens a page and waits until the SDK has taken over from the loader. */
  readonly visit: (url: string) => Promise<void>
  /** Puts a page at a path of the server; the tracing script is embedded in its head. */
  readonly serve: (path: string, body: string, options?: ServeOptions) => string
}

interface ServeOptions {
  readonly attributes?: string
  readonly head?: string
  readonly headers?: Record<string, string>
  readonly script?: string
}

export const test = pageTest(SCRIPTS).extend<Fixtures>({
  visit: async ({ page }, use) => {
    await use(async (url) => {
      await page.goto(url)
      await waitForSdk(page)
    })
  },
  serve: async ({ server }, use) => {
    await use((path, body, { attributes = '', head = '', headers, script } = {}) => {
      const tag =
        script ?? `<script src="/throughline.js" data-service-name="test-web" ${attributes}></script>`
      const html = `<!doctype html><html><head><title>t</title>${head}${tag}</head><body>${body}</body></html>`
      server.pages.set(path, headers ? { html, headers } : { html })
      return server.origin + path
    })
  },
})

/** `health()` of the early handle returns a promise, and that of the SDK its counts. */
export async function waitForSdk(page: Page | Frame): Promise<void> {
  await page.waitForFunction(() => typeof window.throughline?.health().sent === 'number', undefined, {
    polling: 20,
  })
}

/** Returns a function that waits until the script of the SDK has run, even if tracing has not started. */
export async function followSdkScript(page: Page): Promise<() => Promise<unknown>> {
  await page.addInitScript(() => {
    const onLoad = ({ target }: Event) => {
      const isSdk = target instanceof HTMLScriptElement && target.src.includes('-sdk')
      if (isSdk) Object.assign(window, { sdkHasRun: true })
    }
    document.addEventListener('load', onLoad, true)
  })
  return () => page.waitForFunction('window.sdkHasRun')
}

/** Waits until the extras have loaded and started. Exports wait for that. */
export async function waitForExtras(page: Page): Promise<void> {
  await page.waitForFunction(
    () => performance.getEntriesByType('resource').some(({ name }) => name.includes('extras')),
    undefined,
    { polling: 20 },
  )
  await page.evaluate(() => window.throughline?.flush())
}

/** Delays the SDK of the page, so that early work can be tested. */
export async function delaySdk(page: Page, millis: number): Promise<void> {
  await page.route('**/throughline-sdk.js', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, millis))
    await route.continue()
  })
}

/** Delays the extras until the returned function is called. */
export function holdExtras(page: Page): Promise<() => void> {
  return holdScript(page, 'extras')
}

/** Delays one of the scripts until the returned function is called. The load event of the page may wait for it. */
export async function holdScript(page: Page, name: 'sdk' | 'extras' | 'react'): Promise<() => void> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(`**/throughline-${name}.js`, async (route) => {
    await released
    await route.continue()
  })
  return release
}

/** The ways to embed the SDK. */
export const WAYS = ['script tag', 'npm import'] as const

/** Waits until a request to the path has reached the server, and returns the first one. */
export async function waitForRequest(
  server: PageServer,
  path: string,
): Promise<PageServer['requests'][number]> {
  const find = () => server.requests.find((request) => request.path === path)
  await expect.poll(find, `a request to ${path}`).toBeDefined()
  return find() as PageServer['requests'][number]
}

const SCRIPT_TAG = '<script src="/throughline.js" data-service-name="test-web"></script>'

/** The script for a way of embedding, with the default options. */
export function scriptOf(way: (typeof WAYS)[number]): Promise<string> | string {
  return way === 'script tag' ? SCRIPT_TAG : startedWith({})
}

/** The SDK as an app bundles it, with options that the script tag has no attribute for. */
export function startedWith(options: Partial<TracingOptions>): Promise<string> {
  return bundledCode(`import { startTracing } from './src/index.ts'
    window.throughline = startTracing({ serviceName: 'app', ...${JSON.stringify(options)} })`)
}

/** The exceptions of a span. On a busy machine it may have events of long animation frames, too. */
export function exceptionsOf({ events }: ReceivedSpan): ReceivedSpan['events'] {
  return events.filter(({ name }) => name === 'exception')
}
