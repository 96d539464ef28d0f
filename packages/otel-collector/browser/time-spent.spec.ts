import { expect, openTrace, spanRow, test } from './fixtures.ts'
import { buyPlan, sendTree } from './shop-traces.ts'

test('the critical path is below the bars, and of a collapsed span for all spans below it', async ({
  page,
  collector,
}) => {
  await openTrace(
    page,
    await sendTree(collector.otlpUrl, {
      service: 'shop',
      name: 'order',
      at: 0,
      for: 100,
      children: [
        {
          service: 'shop',
          name: 'pay',
          at: 20,
          for: 60,
          children: [{ service: 'bank', name: 'charge', at: 30, for: 40 }],
        },
        { service: 'shop', name: 'log', at: 20, for: 10 },
      ],
    }),
  )
  const titles = (service: string, name: string) =>
    spanRow(page, service, name)
      .locator('.critical')
      .evaluateAll((marks) => marks.map((mark) => mark.getAttribute('title')))
  expect(await titles('shop', 'order')).toEqual(['Critical path: 20 ms', 'Critical path: 20 ms'])
  expect(await titles('bank', 'charge')).toEqual(['Critical path: 40 ms'])
  expect(await titles('shop', 'log')).toEqual([])
  const bar = await spanRow(page, 'shop', 'pay').locator('.bar').boundingBox()
  const [before] = await spanRow(page, 'shop', 'pay').locator('.critical').all()
  const mark = await before?.boundingBox()
  expect(mark?.x).toBeCloseTo(bar?.x ?? 0, 0)
  expect((mark?.width ?? 0) / (bar?.width ?? 1)).toBeCloseTo(10 / 60, 2)

  await spanRow(page, 'shop', 'pay').getByRole('button', { name: 'Hide 1 span below' }).click()
  expect(await titles('shop', 'pay')).toEqual(['Critical path: 60 ms'])

  await page.getByRole('button', { name: 'Critical path' }).click()
  await expect(page.locator('.critical')).toHaveCount(0)
})

test('the head of a trace says which services and operations its time was spent in', async ({
  page,
  collector,
}) => {
  await openTrace(page, await sendTree(collector.otlpUrl, buyPlan()))
  const summary = page.locator('summary', { hasText: 'Critical path' })
  await expect(summary).toContainText('backend 51 %, shop 21 %, shop-web 17 %')
  await summary.click()
  const rows = page.getByRole('table', { name: 'Critical path by operation' }).getByRole('row')
  await expect(rows.nth(1)).toHaveText(/backend POST \/payments/)
  await expect(rows.nth(1)).toContainText('%')
})

test('a span with equal calls one after another says how many and how long they took', async ({
  page,
  collector,
}) => {
  const calls = Array.from({ length: 8 }, (_, index) => ({
    service: 'shop',
    name: 'SELECT stock',
    kind: 3,
    at: 10 + index * 10,
    for: 9,
  }))
  const plan = { service: 'shop', name: 'GET /cart', kind: 2, at: 0, for: 100, children: calls }
  await openTrace(page, await sendTree(collector.otlpUrl, plan))
  const badge = spanRow(page, 'shop', 'GET /cart').locator('.badge', { hasText: '8 × SELECT stock' })
  await expect(badge).toHaveAttribute('title', /^8 equal calls one after another took 79 ms/)
})
