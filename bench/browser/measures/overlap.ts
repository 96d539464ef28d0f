import { setTimeout as delay } from 'node:timers/promises'
import { actionsOf } from '../action-of.ts'
import { eachProduct, type Measure } from '../measure.ts'
import { leave, open, untilDelivered, type Visit, withVisit } from '../visit.ts'

const COLUMNS = [
  'right',
  'lost',
  'wrong',
  'of',
  'polls mistaken',
  'polls',
  'not delivered',
  'console and exceptions',
]

/** Whether requests of two overlapping clicks, and polls without a click, are assigned to the right action. */
export const overlap: Measure = async (browser, products, effort) => ({
  title: 'Two overlapping clicks',
  text:
    `"Buy A", 150 ms later "Buy B", ${effort.overlapRounds} rounds; each handler makes 22 requests, parallel and ` +
    'sequential, over a second and more (page/workload.ts), while three polls run. The query names the ' +
    "right click. It is compared to the root of the span whose id the request carried, in the product's own export. " +
    'Right: under its own click. Lost: under none (or its span never came). Wrong: under another click, or several. ' +
    'Mistaken: a poll under a click.',
  columns: COLUMNS,
  summary: ['right', 'lost', 'wrong', 'polls mistaken'],
  rows: await eachProduct(products, 3, COLUMNS, (product) =>
    withVisit(browser, product, async (visit) => {
      const { page } = visit
      await open(visit)
      await page.evaluate(() => window.bench.startPolling())
      for (let round = 0; round < effort.overlapRounds; round++) {
        await page.click('#buy-a')
        await delay(150)
        await page.click('#buy-b')
        const actions = [`a${round}`, `b${round}`]
        await page.waitForFunction(
          (names) => names.every((name) => window.bench.done.includes(name)),
          actions,
        )
        await delay(1_000)
      }
      await page.evaluate(() => window.bench.stopPolling())
      const clicks = await page.evaluate(() => window.bench.clicks)
      await untilDelivered(visit, () => visit.server.requests, 8_000)
      await leave(visit)
      return judge(visit, clicks)
    }),
  ),
})

function judge(
  { server, complaints }: Visit,
  clicks: Readonly<Record<string, number>>,
): Record<string, string> {
  const count = { right: 0, lost: 0, wrong: 0, polls: 0, mistaken: 0, missing: 0 }
  for (const { action, spanId } of server.requests) {
    const actions = spanId === undefined ? [] : actionsOf(spanId, server.spans, clicks)
    if (action === 'poll') {
      count.polls++
      if (actions.length > 0) count.mistaken++
      continue
    }
    if (!(action in clicks)) continue
    if (spanId === undefined || !server.spans.has(spanId)) count.missing++
    if (actions.length === 0) count.lost++
    else if (actions.length === 1 && actions[0] === action) count.right++
    else count.wrong++
  }
  return {
    right: String(count.right),
    lost: String(count.lost),
    wrong: String(count.wrong),
    of: String(count.right + count.lost + count.wrong),
    'polls mistaken': String(count.mistaken),
    polls: String(count.polls),
    'not delivered': String(count.missing),
    'console and exceptions': String(complaints.length),
  }
}
