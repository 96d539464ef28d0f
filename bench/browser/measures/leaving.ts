import { setTimeout as delay } from 'node:timers/promises'
import type { SeenSpan } from '../decode/seen-span.ts'
import { eachProduct, type Measure } from '../measure.ts'
import { isDelivered, leave, open, withVisit } from '../visit.ts'

const COLUMNS = ['arrived', 'of', 'orphans', 'reached the server untraced']

/** Whether the span of the last request before a page change arrives, and its parents with it. */
export const leaving: Measure = async (browser, products, effort) => ({
  title: 'The last request before leaving',
  text:
    `\`await fetch(…); location.href = …\` in a click handler, ${effort.leavings} times; the next page has the same ` +
    'SDK. Arrived: the span whose id the request carried was delivered within 6 s of the last try. Orphan: it came, ' +
    'and a parent it names did not.',
  columns: COLUMNS,
  summary: ['arrived', 'orphans'],
  rows: await eachProduct(products, 3, COLUMNS, (product) =>
    withVisit(browser, product, async (visit) => {
      const { page, server } = visit
      await open(visit)
      for (let attempt = 0; attempt < effort.leavings; attempt++) {
        await Promise.all([page.waitForEvent('load'), page.click('#leave')])
        await delay(1_500)
      }
      await delay(5_000)
      await leave(visit)
      const last = server.requests.filter(({ action }) => action.startsWith('leave'))
      const arrived = last.filter((request) => isDelivered(visit, request))
      return {
        arrived: String(arrived.length),
        of: String(last.length),
        orphans: String(arrived.filter(({ spanId = '' }) => isOrphan(spanId, server.spans)).length),
        'reached the server untraced': String(last.filter(({ spanId }) => spanId === undefined).length),
      }
    }),
  ),
})

function isOrphan(spanId: string, spans: ReadonlyMap<string, SeenSpan>): boolean {
  const span = spans.get(spanId)
  if (span === undefined) return true
  return span.parentIds.some((parentId) => isOrphan(parentId, spans))
}
