import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from '@playwright/test'
import { type Cells, type Measure, median, shareOfOpenTelemetry, spread, withBare } from '../measure.ts'
import { NO_SDK, type Product } from '../products.ts'
import { withVisit } from '../visit.ts'

const COLUMNS = ['ms until load', 'ms in all', 'middle half of in all', 'in all, of OpenTelemetry']
const SLOWDOWN = 4

interface LoadTime {
  readonly untilLoad: number
  readonly inAll: number
}

/** Main-thread time that a product adds to loading a page, on a processor four times slower. */
export const load: Measure = async (browser, products, effort) => {
  const extra = new Map(products.map((product) => [product, [] as LoadTime[]]))
  await loadOnce(browser, NO_SDK, effort.settleMillis)
  for (let repeat = 0; repeat < effort.repeats; repeat++) {
    const times: { product: Product; time: LoadTime }[] = []
    for (const product of withBare(products))
      times.push({ product, time: await loadOnce(browser, product, effort.settleMillis) })
    const bare = times.filter(({ product }) => product === NO_SDK).map(({ time }) => time)
    const untilLoad = median(bare.map((time) => time.untilLoad))
    const inAll = median(bare.map((time) => time.inAll))
    for (const { product, time } of times)
      extra.get(product)?.push({ untilLoad: time.untilLoad - untilLoad, inAll: time.inAll - inAll })
  }
  return {
    title: 'Main thread at load',
    text:
      `CPU time of the page's main thread (CDP Performance.getMetrics, thread ticks, TaskDuration) at ${SLOWDOWN}x ` +
      'slowdown, over the median of three loads of the same page without SDK: until the load event, and in all in the ' +
      `${effort.settleMillis / 1_000} s after it, which takes ` +
      `in what is loaded when idle, and in 6 s every first export. Fresh profile, nothing cached; medians of ${effort.repeats} interleaved rounds.`,
    columns: COLUMNS,
    summary: ['ms until load', 'ms in all'],
    rows: new Map(products.map((product) => [product, cells(extra, product)])),
  }
}

function cells(extra: ReadonlyMap<Product, readonly LoadTime[]>, product: Product): Cells {
  const times = extra.get(product) ?? []
  const inAll = new Map([...extra].map(([one, its]) => [one, its.map((time) => time.inAll)]))
  return {
    'ms until load': median(times.map(({ untilLoad }) => untilLoad)).toFixed(0),
    'ms in all': median(inAll.get(product) ?? []).toFixed(0),
    'middle half of in all': spread(inAll.get(product) ?? []),
    'in all, of OpenTelemetry': shareOfOpenTelemetry(inAll, product),
  }
}

async function loadOnce(browser: Browser, product: Product, settleMillis: number): Promise<LoadTime> {
  return withVisit(browser, product, async ({ page, cdp, server }) => {
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
    const mainThreadMillis = async (): Promise<number> => {
      const { metrics } = await cdp.send('Performance.getMetrics')
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000
    }
    const before = await mainThreadMillis()
    await page.goto(server.origin, { waitUntil: 'load' })
    const untilLoad = (await mainThreadMillis()) - before
    await delay(settleMillis)
    return { untilLoad, inAll: (await mainThreadMillis()) - before }
  })
}
