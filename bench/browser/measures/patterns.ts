import type { Browser } from '@playwright/test'
import { buildCorpus } from '../../../packages/otel-web/test/conformance/build.ts'
import type { Check } from '../../../packages/otel-web/test/conformance/flow.ts'
import type { RunResult } from '../../../packages/otel-web/test/conformance/page/main.ts'
import { startCorpusServer } from '../../../packages/otel-web/test/conformance/server.ts'
import type { Cells, Measure } from '../measure.ts'
import { OURS, PRODUCTS, type Product } from '../products.ts'

const COLUMNS = ['kept', 'lost', 'wrong', 'of', 'left active elsewhere']

/** How the patterns' code was compiled, and which context manager follows it. */
interface Variant {
  readonly product: Product
  readonly scripts: readonly string[]
  readonly manager: 'AsyncContextManager' | 'StackContextManager' | 'ZoneContextManager'
}

const VARIANTS: readonly Variant[] = [
  { product: OURS, scripts: ['/managers.js', '/native.js'], manager: 'AsyncContextManager' },
  {
    product: { id: 'throughline-plugin', label: 'Throughline + Vite plugin', packages: [] },
    scripts: ['/managers.js', '/compiled.js'],
    manager: 'AsyncContextManager',
  },
  {
    product: known('opentelemetry'),
    scripts: ['/managers.js', '/native.js'],
    manager: 'StackContextManager',
  },
  {
    product: known('opentelemetry-zone'),
    scripts: ['/zone.js', '/native.js'],
    manager: 'ZoneContextManager',
  },
  {
    product: known('opentelemetry-zone-downlevelled'),
    scripts: ['/zone.js', '/down-levelled.js'],
    manager: 'ZoneContextManager',
  },
]

/** Async patterns of front-end code in which a context is kept, lost or wrong. */
export const patterns: Measure = async (browser, products) => {
  const files = await buildCorpus()
  const server = await startCorpusServer(files)
  const rows = new Map<Product, Cells>()
  try {
    for (const variant of VARIANTS) {
      const { id } = variant.product
      if (!products.some((product) => id.startsWith(product.id))) continue
      rows.set(variant.product, judge(await runCorpus(browser, server.origin, variant)))
    }
  } finally {
    await server.close()
  }
  return {
    title: 'Async patterns',
    text:
      'The corpus of packages/otel-web/test/conformance, every pattern several times at once, each under a root of its own. ' +
      'Kept: every check saw its own context. Wrong: a check saw another flow. Lost: all others. Left active elsewhere: ' +
      'checks in tasks without a flow that saw one.',
    columns: COLUMNS,
    summary: ['kept', 'lost', 'wrong'],
    rows,
  }
}

async function runCorpus(browser: Browser, origin: string, variant: Variant): Promise<RunResult> {
  const page = await browser.newPage()
  try {
    await page.goto(origin)
    await page.evaluate(() => {
      const { setTimeout, setInterval, clearInterval } = window
      Object.assign(window, {
        nativeTimers: {
          setTimeout: setTimeout.bind(window),
          setInterval: setInterval.bind(window),
          clearInterval: clearInterval.bind(window),
        },
      })
    })
    for (const script of variant.scripts) await page.addScriptTag({ url: script, type: typeOf(script) })
    await page.waitForFunction(() => 'runCorpus' in window)
    return await page.evaluate((name) => {
      const Manager = Reflect.get(window, name)
      return window.runCorpus(new Manager())
    }, variant.manager)
  } finally {
    await page.close()
  }
}

function typeOf(script: string): string {
  return script === '/compiled.js' ? 'module' : 'text/javascript'
}

function judge({ checks, leaks, patterns, failures }: RunResult): Cells {
  const verdicts = patterns.map((pattern) => {
    const own = checks.filter((check) => check.pattern === pattern)
    if (own.some(isWrong)) return 'wrong'
    const failed = failures.some((failure) => failure.startsWith(`${pattern} #`))
    return !failed && own.length > 0 && own.every(({ right, seen }) => right === seen) ? 'kept' : 'lost'
  })
  const count = (verdict: string) => String(verdicts.filter((one) => one === verdict).length)
  return {
    kept: count('kept'),
    lost: count('lost'),
    wrong: count('wrong'),
    of: String(patterns.length),
    'left active elsewhere': String(leaks.length),
  }
}

/** True for the context of another flow, or of any flow where none is expected. A parent span of the same flow is lost. */
function isWrong({ right, seen }: Check): boolean {
  return seen !== 'none' && flowOf(seen) !== flowOf(right)
}

function flowOf(owner: string): string {
  return owner.split('/')[0] ?? owner
}

function known(id: string): Product {
  const product = PRODUCTS.find((one) => one.id === id)
  if (product === undefined) throw new Error(`There is no product ${id}.`)
  return product
}
