import type { Browser, BrowserContext, Page } from 'playwright'
import { decodeUserInfo } from '../../http/request.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { BrowserObservation } from '../target/target.ts'
import { loadChromium, MissingBrowser } from './load-playwright.ts'
import { Recording } from './recording.ts'
import { RequestsInFlight } from './requests-in-flight.ts'

/** A step is over when the page has made no request for this time. */
const QUIET_MILLIS = 500

/** Whether the SDK of the script tag, if there is one, has been loaded: the loader alone has no counts. */
const SDK_IS_LOADED = `typeof throughline !== 'object' || typeof throughline.health?.().sent === 'number'`

/** Reports what the policy of a page blocks, to the binding of that name. */
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) => {
  if (event.disposition === 'enforce') throughlineDoctor(event.blockedURI, event.effectiveDirective)
}, true)`

/** Makes a page export its spans, as if its tab was hidden. The page can be used further. */
const FLUSH = `{
  const hide = (visibilityState) => {
    Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }
  hide('hidden')
  delete document.visibilityState
  document.dispatchEvent(new Event('visibilitychange'))
}`

/**
 * Opens the page in Chromium, clicks what the options name, and records the requests and exports.
 *
 * @param endpoint where the page posts its spans.
 * @throws {MissingBrowser} when there is no browser.
 */
export async function observeBrowser(
  endpoint: URL,
  options: DoctorOptions,
  onProgress: (line: string) => void,
): Promise<BrowserObservation> {
  const { clicks = [], executable } = options.browser ?? {}
  const chromium = await loadChromium(process.cwd())
  const browser = await chromium
    .launch(executable === undefined ? {} : { executablePath: executable })
    .catch((error: unknown) => {
      throw new MissingBrowser(`Chromium does not start: ${firstLine(error)}`)
    })
  try {
    const context = await newContext(browser, options)
    const recording = new Recording(context, endpoint)
    const requests = new RequestsInFlight(context)
    await context.exposeBinding('throughlineDoctor', (_, url: string, directive: string) =>
      recording.addViolation(url, directive),
    )
    await context.addInitScript(REPORT_VIOLATIONS)
    const page = await context.newPage()
    const failedSteps: string[] = []
    const run = async (step: string, action: () => Promise<unknown>) => {
      onProgress(`browser: ${step}`)
      recording.step = step
      await action().catch((error: unknown) => failedSteps.push(`${step}: ${firstLine(error)}`))
      await requests.settle(QUIET_MILLIS, options.timeoutMillis)
      // A page may make requests when it becomes visible.
      recording.step = undefined
      await tryEvaluate(page, FLUSH)
      await requests.settle(QUIET_MILLIS, options.timeoutMillis)
      await recording.readExports()
    }
    const timeout = options.timeoutMillis
    await run('load', async () => {
      await page.goto(withoutUserInfo(options.url), { timeout })
      await page.waitForFunction(SDK_IS_LOADED, undefined, { timeout }).catch(() => {})
    })
    for (const selector of clicks) await run(`click ${selector}`, () => page.click(selector, { timeout }))
    const hasHandle = (await tryEvaluate(page, "typeof throughline === 'object'")) === true
    const { exports, spans, blockedScripts, errors } = recording
    return {
      requests: recording.requests,
      exports,
      spans,
      blockedScripts,
      errors,
      failedSteps,
      hasHandle,
    }
  } finally {
    await browser.close()
  }
}

function newContext(browser: Browser, { url }: DoctorOptions): Promise<BrowserContext> {
  const { username, password, origin } = url
  if (username === '') return browser.newContext()
  const httpCredentials = {
    username: decodeUserInfo(username),
    password: decodeUserInfo(password),
    origin,
  }
  return browser.newContext({ httpCredentials })
}

function withoutUserInfo(url: URL): string {
  const copy = new URL(url)
  copy.username = ''
  copy.password = ''
  return copy.href
}

/** A page that is being left has no result. */
async function tryEvaluate(page: Page, expression: string): Promise<unknown> {
  return page.evaluate(expression).catch(() => undefined)
}

function firstLine(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
  return line
}
