import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import type { KeyValue, OtlpSpan } from '@throughline/otel-shared'
import { build } from 'esbuild'
import type { TracingOptions } from '../src/options.ts'
import { startTestServer, type TestServer } from './test-server.ts'

export { expect }

interface Fixtures {
  /** Goes to a page and waits until the SDK has taken over from the loader. */
  readonly visit: (url: string) => Promise<void>
  readonly server: TestServer
  /** Uncaught errors and console lines of the page that are not the browser's own. */
  readonly noise: string[]
  /** Puts a page at a path of the server; the tracing script is embedded in its head. */
  readonly serve: (path: string, body: string, options?: ServeOptions) => string
}

interface ServeOptions {
  readonly attributes?: string
  readonly head?: string
  readonly headers?: Record<string, string>
  readonly script?: string
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs off this pattern
  server: async ({}, use) => {
    const server = await startTestServer()
    await use(server)
    await server.close()
  },
  noise: async ({ page }, use) => {
    const noise: string[] = []
    listen(page, noise)
    await use(noise)
  },
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

/** The early handle answers with a promise; the SDK's own with its counts. */
export async function waitForSdk(page: Page): Promise<void> {
  await page.waitForFunction(() => typeof window.throughline?.health().sent === 'number', undefined, {
    polling: 20,
  })
}

/** What the SDK fetches later has come, and has been run. */
export async function waitForExtras(page: Page): Promise<void> {
  await page.waitForFunction(
    () => performance.getEntriesByType('resource').some(({ name }) => name.includes('extras')),
    undefined,
    { polling: 20 },
  )
  // A script's entry comes before its load event does.
  await page.waitForTimeout(150)
}

/** Makes the page wait for its SDK, so that there is time for what comes before it. */
export async function delaySdk(page: Page, millis: number): Promise<void> {
  await page.route('**/throughline-sdk.js', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, millis))
    await route.continue()
  })
}

/** The SDK as an app bundles it, with options that the script tag has no attribute for. */
export async function startedWith(options: Partial<TracingOptions>): Promise<string> {
  const result = await build({
    stdin: {
      contents: `import { startTracing } from './src/index.ts'
        window.throughline = startTracing({ serviceName: 'app', ...${JSON.stringify(options)} })`,
      resolveDir: join(import.meta.dirname, '..'),
    },
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  })
  return `<script>${result.outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
}

function listen(page: Page, noise: string[]): void {
  page.on('pageerror', (error) => noise.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    // The browser itself reports failed requests; no page can prevent that.
    if (!message.text().startsWith('Failed to load resource')) noise.push(message.text())
  })
}

/** Waits until as many spans as wanted fit, and returns them. */
export async function waitForSpans(
  server: TestServer,
  fits: (span: OtlpSpan) => boolean,
  count = 1,
  timeout = 15_000,
): Promise<OtlpSpan[]> {
  const found = () => server.spans().filter(fits)
  await expect
    .poll(() => found().length, { timeout })
    .toBeGreaterThanOrEqual(count)
    .catch((error: Error) => {
      const arrived = server
        .spans()
        .map((span) => `${span.name} ${span.traceId} ${span.parentSpanId ?? 'root'}`)
      throw new Error(`${error.message}\n\nspans that arrived:\n${arrived.join('\n')}`)
    })
  return found()
}

export async function waitForSpan(server: TestServer, fits: (span: OtlpSpan) => boolean): Promise<OtlpSpan> {
  const [span] = await waitForSpans(server, fits)
  if (!span) throw new Error('no such span')
  return span
}

/** An attribute's plain value. */
export function attribute(span: { readonly attributes: readonly KeyValue[] }, key: string): unknown {
  const value = span.attributes.find((pair) => pair.key === key)?.value
  if (!value) return undefined
  if (value.intValue !== undefined) return Number(value.intValue)
  return (
    value.stringValue ??
    value.boolValue ??
    value.doubleValue ??
    value.arrayValue?.values.map((v) => v.stringValue)
  )
}

export function durationMillis(span: OtlpSpan): number {
  return Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6
}

export const isNamed =
  (name: string) =>
  (span: OtlpSpan): boolean =>
    span.name === name

export const isRequestTo =
  (path: string) =>
  (span: OtlpSpan): boolean =>
    String(attribute(span, 'url.full') ?? '').includes(path)
