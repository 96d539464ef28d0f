import { setTimeout as delay } from 'node:timers/promises'
import { eachProduct, type Measure, thousands } from '../measure.ts'
import { NO_SDK } from '../products.ts'
import { fetchMany, manyDelivered, open, type Visit, withVisit } from '../visit.ts'

const COLUMNS = ['heap kB before', 'growth kB', 'growth kB, no SDK', 'fetches delivered']

const CLICKS = 100

/** The growth of the heap after many fetches and a garbage collection. */
export const memory: Measure = async (browser, products, effort) => {
  const growth = (visit: Visit) => growthOf(visit, effort.fetches)
  const bare = await withVisit(browser, NO_SDK, async (visit) => (await growth(visit)).grown)
  return {
    title: `Memory after ${thousands(effort.fetches)} fetches`,
    text:
      `JS heap of the page after the garbage collector (CDP HeapProfiler.collectGarbage, Runtime.getHeapUsage) before ` +
      `and 7 s after ${thousands(effort.fetches)} fetches, in ${CLICKS} clicks, ten at a time; the collector answers.`,
    columns: COLUMNS,
    summary: ['growth kB'],
    rows: await eachProduct(products, 3, COLUMNS, (product) =>
      withVisit(browser, product, async (visit) => {
        const { before, grown } = await growth(visit)
        return {
          'heap kB before': thousands(before / 1_000),
          'growth kB': thousands(grown / 1_000),
          'growth kB, no SDK': thousands(bare / 1_000),
          'fetches delivered': manyDelivered(visit),
        }
      }),
    ),
  }
}

async function growthOf(visit: Visit, fetches: number): Promise<{ before: number; grown: number }> {
  await open(visit)
  const before = await heapBytes(visit)
  for (let click = 0; click < CLICKS; click++) await fetchMany(visit, fetches / CLICKS, 10)
  await delay(7_000)
  return { before, grown: (await heapBytes(visit)) - before }
}

async function heapBytes({ cdp }: Visit): Promise<number> {
  for (let pass = 0; pass < 3; pass++) await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}
