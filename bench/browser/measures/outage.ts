import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from '@playwright/test'
import { type Effort, eachProduct, type Measure } from '../measure.ts'
import type { Product } from '../products.ts'
import type { ApiRequest, CollectorMode } from '../server.ts'
import { isDelivered, leave, open, untilDelivered, type Visit, withVisit } from '../visit.ts'

const COLUMNS = ['lost, connections refused', 'lost, no answer', 'of', 'lost by a reload', 'of ']
const REQUESTS = 40

/** The spans that are lost in an outage of the collector, with and without a reload of the page. */
export const outage: Measure = async (browser, products, effort) => {
  const seconds = effort.outageMillis / 1_000
  return {
    title: 'Collector away',
    text:
      `The collector is away for ${seconds} s, while the user's clicks make ${REQUESTS} requests: once every ` +
      'connection to it breaks off, once it takes requests and never answers, until it breaks them off at the end. ' +
      `Then it is back, the page stays open for up to ${effort.patienceMillis / 1_000} s and is left. ` +
      `Reload: ${REQUESTS / 2} requests while connections break off, a reload, 2 s later the collector is back, the ` +
      'same patience. Lost: requests that carried a trace header, or should have, whose span never arrived.',
    columns: COLUMNS,
    summary: ['lost, connections refused', 'lost, no answer', 'lost by a reload'],
    rows: await eachProduct(products, 2, COLUMNS, async (product) => {
      const [refused, unanswered, reloaded] = await Promise.all([
        lostIn(browser, product, 'refuse', effort),
        lostIn(browser, product, 'hang', effort),
        lostByReload(browser, product, effort),
      ])
      return {
        'lost, connections refused': String(refused),
        'lost, no answer': String(unanswered),
        of: String(REQUESTS),
        'lost by a reload': String(reloaded),
        'of ': String(REQUESTS / 2),
      }
    }),
  }
}

function lostIn(browser: Browser, product: Product, mode: CollectorMode, effort: Effort): Promise<number> {
  return withVisit(browser, product, async (visit) => {
    await open(visit)
    visit.server.setCollector(mode)
    for (let click = 0; click < REQUESTS; click++) {
      await visit.page.click('#ask')
      await delay(effort.outageMillis / REQUESTS)
    }
    visit.server.setCollector('up')
    return lostAfterwards(visit, effort.patienceMillis)
  })
}

function lostByReload(browser: Browser, product: Product, { patienceMillis }: Effort): Promise<number> {
  return withVisit(browser, product, async (visit) => {
    await open(visit)
    visit.server.setCollector('refuse')
    for (let click = 0; click < REQUESTS / 2; click++) {
      await visit.page.click('#ask')
      await delay(100)
    }
    await delay(500)
    await visit.page.reload()
    await delay(2_000)
    visit.server.setCollector('up')
    return lostAfterwards(visit, patienceMillis)
  })
}

async function lostAfterwards(visit: Visit, patienceMillis: number): Promise<number> {
  const asked = (): ApiRequest[] => visit.server.requests.filter(({ action }) => action.startsWith('ask'))
  await untilDelivered(visit, asked, patienceMillis)
  await leave(visit)
  return asked().filter((request) => !isDelivered(visit, request)).length
}
