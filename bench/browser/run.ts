import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { chromiumLaunchOptions } from '../../packages/otel-testing/src/page/chromium.ts'
import type { Effort, Measure, Table } from './measure.ts'
import { bytes } from './measures/bytes.ts'
import { cost } from './measures/cost.ts'
import { leaving } from './measures/leaving.ts'
import { load } from './measures/load.ts'
import { memory } from './measures/memory.ts'
import { outage } from './measures/outage.ts'
import { overlap } from './measures/overlap.ts'
import { patterns } from './measures/patterns.ts'
import { PRODUCTS } from './products.ts'
import { formatReport, formatTable } from './report.ts'

const MEASURES: Readonly<Record<string, Measure>> = {
  bytes,
  load,
  cost,
  patterns,
  overlap,
  leaving,
  outage,
  memory,
}
const REPORT = join(import.meta.dirname, '../../docs/benchmarks-browser.md')
const FULL: Effort = {
  repeats: 9,
  settleMillis: 6_000,
  overlapRounds: 3,
  leavings: 20,
  outageMillis: 10_000,
  patienceMillis: 30_000,
  fetches: 10_000,
}
const QUICK: Effort = {
  repeats: 2,
  settleMillis: 2_500,
  overlapRounds: 1,
  leavings: 3,
  outageMillis: 2_000,
  patienceMillis: 6_000,
  fetches: 1_000,
}
const QUICK_PRODUCTS = ['throughline', 'opentelemetry']

/**
 * Runs the measures and prints their tables; a full run writes them into docs/benchmarks-browser.md.
 *
 * @param args `--quick` (two products, few repeats, printed only), `--products=a,b`, `--measures=a,b`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean' }, products: { type: 'string' }, measures: { type: 'string' } },
  })
  const effort = values.quick === true ? QUICK : FULL
  const productIds = values.products?.split(',') ?? (values.quick === true ? QUICK_PRODUCTS : undefined)
  const products = PRODUCTS.filter(({ id }) => productIds?.includes(id) ?? true)
  const measures = values.measures?.split(',') ?? Object.keys(MEASURES)
  const browser = await chromium.launch(chromiumLaunchOptions())
  const tables: Table[] = []
  try {
    for (const name of measures) {
      const measure = MEASURES[name]
      if (measure === undefined)
        throw new Error(`${name} is not a measure: choose from ${Object.keys(MEASURES)}.`)
      const started = Date.now()
      const table = await measure(browser, products, effort)
      tables.push(table)
      console.log(`${formatTable(table)}\n(${Math.round((Date.now() - started) / 1_000)} s)\n`)
    }
  } finally {
    await browser.close()
  }
  if (args.length > 0) return
  writeFileSync(REPORT, formatReport(tables, products, browser.version()))
  // Formats the tables, because the repository's check covers this file.
  spawnSync('biome', ['format', '--write', REPORT], { stdio: 'inherit' })
  console.log('Written: docs/benchmarks-browser.md')
}
