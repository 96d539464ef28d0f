import { setTimeout as delay } from 'node:timers/promises'
import { type Cells, type Measure, median, shareOfOpenTelemetry, spread, withBare } from '../measure.ts'
import { NO_SDK, type Product } from '../products.ts'
import { fetchMany, manyDelivered, open, startVisit, type Visit } from '../visit.ts'

const COLUMNS = [
  'µs per fetch',
  'middle half',
  'of OpenTelemetry',
  'µs per click',
  'middle half ',
  'of OpenTelemetry ',
  'fetches delivered',
]
const FETCHES = 300
const CLICKS = 120
/** Longer than the 5 s of the batch processors, so that each repetition includes its own export. */
const EXPORT_MILLIS = 5_500

/** Main-thread time that a product adds to a fetch and to a click, its export included. */
export const cost: Measure = async (browser, products, effort) => {
  const pages = withBare(products)
  const visits = await Promise.all(pages.map((product) => startVisit(browser, product)))
  try {
    await Promise.all(visits.map(open))
    for (const { cdp } of visits) await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    const perFetch = await costOf(visits, effort.repeats, FETCHES, (visit) => fetchMany(visit, FETCHES, 1))
    const perClick = await costOf(visits, effort.repeats, CLICKS, clickMany)
    return {
      title: 'Cost of a fetch and of a click',
      text:
        `CPU time of the page's main thread for ${FETCHES} fetches one after the other in a click handler, and for ${CLICKS} real clicks ` +
        `(their handler sets the title), with the ${EXPORT_MILLIS / 1_000} s after them in which the product exports; ` +
        `over the median of three pages without SDK in the same round. Medians of ${effort.repeats} interleaved rounds.`,
      columns: COLUMNS,
      summary: ['µs per fetch', 'µs per click'],
      rows: new Map(
        products.map((product): [Product, Cells] => [
          product,
          {
            'µs per fetch': median(perFetch.get(product) ?? []).toFixed(0),
            'middle half': spread(perFetch.get(product) ?? []),
            'of OpenTelemetry': shareOfOpenTelemetry(perFetch, product),
            'µs per click': median(perClick.get(product) ?? []).toFixed(0),
            'middle half ': spread(perClick.get(product) ?? []),
            'of OpenTelemetry ': shareOfOpenTelemetry(perClick, product),
            'fetches delivered': manyDelivered(visits.find((visit) => visit.product === product)),
          },
        ]),
      ),
    }
  } finally {
    await Promise.all(visits.map((visit) => visit.close()))
  }
}

async function clickMany({ page }: Visit): Promise<void> {
  const box = await page.locator('#nothing').boundingBox()
  if (box === null) throw new Error('The page has no button to click.')
  for (let click = 0; click < CLICKS; click++) await page.mouse.click(box.x + 5, box.y + 5)
}

/** Microseconds per repetition over the pages without SDK: one value a round. */
async function costOf(
  visits: readonly Visit[],
  rounds: number,
  count: number,
  act: (visit: Visit) => Promise<void>,
): Promise<ReadonlyMap<Product, readonly number[]>> {
  const extra = new Map(visits.map(({ product }) => [product, [] as number[]]))
  // The first repetition is a warm-up.
  for (let round = -1; round < rounds; round++) {
    const before = await Promise.all(visits.map(mainThreadMicros))
    for (const visit of visits) await act(visit)
    await delay(EXPORT_MILLIS)
    const after = await Promise.all(visits.map(mainThreadMicros))
    const spent = visits.map((_, index) => ((after[index] ?? 0) - (before[index] ?? 0)) / count)
    const bare = median(spent.filter((_, index) => visits[index]?.product === NO_SDK))
    visits.forEach(({ product }, index) => {
      if (round >= 0) extra.get(product)?.push((spent[index] ?? 0) - bare)
    })
  }
  return extra
}

async function mainThreadMicros({ cdp }: Visit): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1e6
}
