import type { Browser } from '@playwright/test'
import { NO_SDK, type Product } from './products.ts'

/** How thorough a run is. */
export interface Effort {
  /** Repeats of what is timed; medians are taken over them. */
  readonly repeats: number
  /** How long a loaded page is watched; 6 s take in the first export of the batch processors, which wait 5 s. */
  readonly settleMillis: number
  readonly overlapRounds: number
  readonly leavings: number
  readonly outageMillis: number
  /** How long a product may take to deliver after the collector has come back. */
  readonly patienceMillis: number
  readonly fetches: number
}

/** One row: a product's cells by column. */
export type Cells = Readonly<Record<string, string>>

/** What one measure found: a table of products by columns. */
export interface Table {
  readonly title: string
  /** What was done and how it was judged, for the reader of the table. */
  readonly text: string
  readonly columns: readonly string[]
  readonly rows: ReadonlyMap<Product, Cells>
  /** Columns that also stand in the summary. */
  readonly summary: readonly string[]
}

export type Measure = (browser: Browser, products: readonly Product[], effort: Effort) => Promise<Table>

/** Runs `use` for each product, `lanes` at a time; a product that fails gets cells that say why. */
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

/** The middle half of the values, as `12-15`: how far a median can be trusted. */
export function spread(values: readonly number[], digits = 0): string {
  const sorted = [...values].sort((left, right) => left - right)
  const at = (share: number) =>
    (sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN).toFixed(digits)
  return `${at(0.25)} to ${at(0.75)}`
}

/** The products of one round of timing, with the page without SDK first, midway and last: what they are compared with. */
export function withBare(products: readonly Product[]): readonly Product[] {
  const middle = Math.ceil(products.length / 2)
  return [NO_SDK, ...products.slice(0, middle), NO_SDK, ...products.slice(middle), NO_SDK]
}

/**
 * A product's cost as a ratio to the stock set-up's of the same rounds, as `0.52`: what stays when the machine changes.
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
