import { expect, openTrace, test } from './fixtures.ts'
import { buyPlan, sendTree } from './shop-traces.ts'

test('a trace is compared with another of its operation', async ({ page, collector }) => {
  const slow = await sendTree(collector.otlpUrl, {
    service: 'shop',
    name: 'GET /cart',
    kind: 2,
    at: 0,
    for: 300,
    children: [
      { service: 'shop', name: 'SELECT stock', kind: 3, at: 10, for: 250 },
      { service: 'shop', name: 'log', at: 270, for: 5 },
    ],
  })
  const fast = await sendTree(collector.otlpUrl, {
    service: 'shop',
    name: 'GET /cart',
    kind: 2,
    at: 0,
    for: 100,
    children: [{ service: 'shop', name: 'SELECT stock', kind: 3, at: 10, for: 50 }],
  })
  await sendTree(collector.otlpUrl, buyPlan())
  await openTrace(page, fast)
  await page.getByRole('link', { name: 'Compare' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Compare shop GET /cart with …')
  const others = page.getByRole('main').getByRole('link')
  await expect(others).toHaveCount(1)
  await others.click()
  await expect(page).toHaveURL(`/compare/${fast}/${slow}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('shop GET /cart: 100 ms and 300 ms')
  const main = page.getByRole('main')
  for (const fact of [
    'the second took 200 ms more',
    '0 spans only in the first',
    '1 span only in the second',
  ]) {
    await expect(main).toContainText(fact)
  }
  await expect(main).toContainText(
    'Largest differences on the critical path: shop SELECT stock +200 ms, shop GET /cart −5 ms, shop log +5 ms',
  )
  const rows = page.getByRole('row')
  await expect(rows).toHaveCount(4)
  await expect(rows.nth(1)).toHaveText(/shop GET \/cart\s*100 ms\s*300 ms\s*\+200 ms/)
  await expect(rows.nth(2)).toHaveText(/shop SELECT stock\s*50 ms\s*250 ms\s*\+200 ms/)
  await expect(rows.nth(3)).toHaveText(/shop log\s*5 ms\s*only in the second/)
  await rows.nth(2).getByRole('link', { name: '250 ms' }).click()
  await expect(page.locator('[data-span-id]:focus')).toContainText('SELECT stock')
})

test('a trace that is missing is named instead of a comparison', async ({ page, collector }) => {
  const traceId = await sendTree(collector.otlpUrl, buyPlan())
  await page.goto(`/compare/${traceId}/abc`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The second trace has no spans')
  await page.goto('/compare/abc')
  await expect(page.getByRole('alert')).toHaveText(`Trace ${'abc'.padStart(32, '0')} has no spans.`)
  await page.goto(`/compare/${traceId}`)
  await expect(page.getByRole('main')).toContainText('There is no other trace of this operation')
})
