import type { Browser } from '@playwright/test'
import { NO_SDK, type Product } from './products.ts'

/** The settings of a run. */
export interface Effort {
  /** The repetitions of a timing, whose median is used. */
  readonly repeats: number
  /** How long a loaded page is observed. 6 s include the first export of the batch processors, which wait 5 s. */
  readonly settleMillis: number
  readonly overlapRounds: number
  readonly leavings: number
  readonly outageMillis: number
  /** The time limit for exports after the collector is back. */
  readonly patienceMillis: number
  readonly fetches: number
}

/** One row: a product's cells by column. */
export type Cells = Readonly<Record<string, string>>

/** The result of one measure: a table with a row for each product. */
export interface Table {
  readonly title: string
  /** A description of the measure and of its criteria. */
  readonly text: string
  readonly columns: readonly string[]
  readonly rows: ReadonlyMap<Product, Cells>
  /** Columns that the summary also has. */
  readonly summary: readonly string[]
}

export type Measure = (browser: Browser, products: readonly Product[], effort: Effort) => Promise<Table>

/** Runs `use` for each product, `lanes` at a time; a product that fails gets cells with the reason. */
export async function eachProduct(
  products: readonly Product[],
  lanes: number,
  columns: readonly string[],
  use: (product: Product) => Promise<Cells>,
): Promise<ReadonlyMap<Product, Cells>> {
  const rows = new Map(products.map((product) => [product, {} as Cells]))
  const waiting = [...products]
  const lane = async (): Promise<void> => {
    for (let product = waiting.shift(); product !== undefined; product = waiting.shift()) {
      rows.set(product, await use(product).catch((error: unknown) => failed(error, columns)))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return rows
}

function failed(error: unknown, columns: readonly string[]): Cells {
  const [reason = ''] = String(error).split('\n')
  console.error(reason)
  return Object.fromEntries(columns.map((column) => [column, `failed: ${reason}`]))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The interquartile range, as `12-15`, which shows the precision of the median. */
export function spread(values: readonly number[], digits = 0): string {
  const sorted = [...values].sort((left, right) => left - right)
  const at = (share: number) =>
    (sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN).toFixed(digits)
  return `${at(0.25)} to ${at(0.75)}`
}

/** The products of one round, with the page without an SDK first, midway and last for comparison. */
export function withBare(products: readonly Product[]): readonly Product[] {
  const middle = Math.ceil(products.length / 2)
  return [NO_SDK, ...products.slice(0, middle), NO_SDK, ...products.slice(middle), NO_SDK]
}

/**
 * A product's cost as a ratio to the stock set-up's of the same rounds, as `0.52`, which does not depend on the machine.
 */
export function shareOfOpenTelemetry(
  costs: ReadonlyMap<Product, readonly number[]>,
  product: Product,
): string {
  const stock = [...costs].find(([{ id }]) => id === 'opentelemetry')?.[1] ?? []
  const own = costs.get(product) ?? []
  const share = median(own) / median(stock)
  return Number.isFinite(share) ? share.toFixed(2) : '–'
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
