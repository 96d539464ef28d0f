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

/** Waits until `condition`, an expression, is true in a page of a browser other than Playwright's. */
export function evaluateUntil(condition: string): { readonly evaluate: string } {
  return {
    evaluate: `(async () => {
      while (!(${condition})) await new Promise((resolve) => setTimeout(resolve, 20))
      return ''
    })()`,
  }
}

/** The same as {@link waitForSdk}, for such a page. */
export const UNTIL_SDK: { readonly evaluate: string } = evaluateUntil(
  `typeof window.throughline?.health().sent === 'number'`,
)

/**
 * Waits until the extras have started, and exports what has ended. Without the extras, nothing is extracted from trace
 * headers. That exports have begun is no sign of the extras: exports wait for them for five seconds at most.
 */
export async function waitForExtras(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const { context, propagation } = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'))
      const carrier = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
      const extracted = propagation.extract(context.active(), carrier, {
        get: (from: Record<string, string>, name: string) => from[name],
        keys: Object.keys,
      })
      const span = extracted.getValue(Symbol.for('OpenTelemetry Context Key SPAN'))
      return span?.spanContext().traceId === 'a'.repeat(32)
    },
    undefined,
    { polling: 20 },
  )
  await page.evaluate(() => window.throughline?.flush())
}

/**
 * Counts the actions of the page that end from now on. The returned function waits until `count` of those whose names
 * begin with `prefix` have ended: the next export has their spans.
 */
export async function watchActions(page: Page, prefix: string, count = 1): Promise<() => Promise<void>> {
  const seen = await page.evaluateHandle((start) => {
    const ended: string[] = []
    window.throughline?.onTrace(({ name }) => void (name.startsWith(start) && ended.push(name)))
    return ended
  }, prefix)
  return async () => {
    const hasEnded = ([ended, least]: [string[], number]) => ended.length >= least
    await page.waitForFunction(hasEnded, [seen, count] as [typeof seen, number], { polling: 20 })
  }
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

/** Options with which spans are exported only by `flush()` and when the page is hidden or unloaded. */
export const EXPORT_BY_FLUSH: Partial<TracingOptions> = { batchDelayMillis: 600_000 }

/** The exceptions of a span. On a busy machine it may have events of long animation frames, too. */
export function exceptionsOf({ events }: ReceivedSpan): ReceivedSpan['events'] {
  return events.filter(({ name }) => name === 'exception')
}
