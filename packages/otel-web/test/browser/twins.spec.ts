import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { type PageServer, startPageServer } from '@throughline/otel-testing/playwright'
import { build } from 'esbuild'
import { SCRIPTS, startedWith, waitForSdk } from './fixtures.ts'

/** The set-ups in which every case runs, besides a page without tracing. */
const SETTINGS = {
  /** The script tag before its SDK has loaded. */
  loader: '<script src="/throughline.js" data-sdk="/never.js" data-service-name="twin"></script>',
  /** The script tag after its SDK has taken over. Each case is an action. */
  tag: '<script src="/throughline.js" data-service-name="twin"></script>',
  /** The package in the bundle of an app. No case is an action. */
  npm: await startedWith({}),
  /** The script tag after `shutdown()`. */
  shutdown: '<script src="/throughline.js" data-service-name="twin"></script>',
} as const

/** Known differences: the case, the set-up and the reason. */
const KNOWN: readonly (readonly [expected: RegExp, settings: RegExp, reason: string])[] = [
  [
    /class Promise and its prototype/,
    /tag|npm/,
    'Promise.prototype.constructor is an accessor: by it each await is seen (decisions.md)',
  ],
  [
    /requestAnimationFrame|requestIdleCallback|queueMicrotask|scheduler|callbacks of promises/,
    /npm/,
    "This bundle is no strict code, so a callback's `this` is window where the platform gives undefined",
  ],
  [
    /toString throws|reads of .*(throws|is none|are none)|must not be read/,
    /loader/,
    'The loader reads the arguments of a call that the platform refuses, and the platform reads them again',
  ],
]

type Outcome = Readonly<Record<string, unknown>>

interface RunOptions {
  /** Whether each case is an action. */
  readonly within: boolean
  readonly titles: string
}

const only = process.env.TWINS ?? ''

/** Parts of the cases that run at the same time: patterns of their titles, which together match each title. */
const PARTS = {
  'platform, fetch, streams': '^(?:platform|fetch|stream): ',
  'all other cases': '^(?!(?:platform|fetch|stream): )',
} as const

test.describe.configure({ mode: 'parallel' })

const cases = await build({
  entryPoints: [join(import.meta.dirname, 'twins/run-cases.ts')],
  bundle: true,
  format: 'iife',
  write: false,
  sourcemap: false,
})

for (const [part, titles] of Object.entries(PARTS)) {
  test(`a traced page has the same results as an untraced one: ${part}`, async ({ browser }) => {
    test.setTimeout(600_000)
    const server = await startPageServer(SCRIPTS)
    const open = async (script: string, setting: string): Promise<Outcome> => {
      const page = await browser.newPage()
      await page.route('**/never.js', () => {})
      server.pages.set('/', {
        html: `<!doctype html><html><head><title>t</title>${script}</head><body></body></html>`,
      })
      await page.goto(server.origin, { waitUntil: 'domcontentloaded' })
      if (setting === 'tag' || setting === 'shutdown') await waitForSdk(page)
      if (setting === 'shutdown') await page.evaluate(() => window.throughline?.shutdown())
      const outcome = await runCases(page, server, { within: setting === 'tag', titles })
      await page.close()
      return outcome
    }
    const bare = await open('', 'bare')
    expect(Object.keys(bare).length).toBeGreaterThan(only ? -1 : 80)
    const differences: string[] = []
    for (const [setting, script] of Object.entries(SETTINGS)) {
      const traced = await open(script, setting)
      for (const [name, outcome] of Object.entries(bare)) {
        if (JSON.stringify(traced[name]) === JSON.stringify(outcome)) continue
        if (KNOWN.some(([known, settings]) => known.test(name) && settings.test(setting))) continue
        differences.push(`${setting}, ${name}\n${firstDifference(outcome, traced[name])}`)
      }
    }
    await server.close()
    expect(differences, differences.join('\n\n')).toHaveLength(0)
  })
}

/** The first difference of two outcomes: the line before it, and the two lines. */
function firstDifference(bare: unknown, traced: unknown): string {
  const [a = [], b = []] = [bare, traced].map((outcome) => JSON.stringify(outcome, null, 1).split('\n'))
  const index = a.findIndex((line, n) => line !== b[n])
  const cut = (line = '') => line.trim().slice(0, 300)
  return `  after:  ${cut(a[index - 1])}\n  bare:   ${cut(a[index])}\n  traced: ${cut(b[index])}`
}

/** The result of every case, with its requests as the server received them. */
async function runCases(page: Page, server: PageServer, { within, titles }: RunOptions): Promise<Outcome> {
  const start = server.requests.length
  await page.addScriptTag({ content: cases.outputFiles[0]?.text ?? '' })
  const foreign = server.origin.replace('localhost', 'foreign.localhost')
  const results = await page.evaluate((args) => window.runTwins(...args), [
    foreign,
    within,
    titles,
    only,
  ] as const)
  const outcome: Record<string, unknown> = {}
  const seen = server.requests.slice(start)
  for (const [name, result] of Object.entries(results)) {
    const path = `/api/${name.replaceAll(/[^\w]+/g, '-')}`
    const requests = seen
      .filter((request) => request.path === path || request.path.startsWith(`${path}?`))
      .map(({ method, path, headers, body }) => {
        const { traceparent, tracestate, baggage, 'if-none-match': _, ...rest } = headers
        const own = rest.host?.startsWith('foreign') && (traceparent || baggage) ? 'traced a stranger' : ''
        const text = body.replaceAll(/-{4}WebKitFormBoundary\w+/g, 'boundary')
        return JSON.stringify([method, path, Object.entries(rest).sort(), text, own]).replaceAll(
          /WebKitFormBoundary\w+/g,
          '',
        )
      })
    // An aborted request may or may not reach the server.
    const isRace = /abort|open while it runs|by a time-out|a time-out$/.test(name)
    outcome[name] = { result, requests: isRace ? [] : [...new Set(requests)].sort() }
  }
  return outcome
}
