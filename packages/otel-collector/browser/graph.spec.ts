import { send, spanAt } from '../test/otlp.ts'
import { expect, goBackToEight, test } from './fixtures.ts'
import { buyPlan, sendTree } from './shop-traces.ts'

test('calls between services are shown as a graph and as a table', async ({ page, collector }) => {
  await page.clock.install()
  await page.goto('/graph')
  await expect(page.getByText('No service called another one in this time.')).toBeVisible()
  await sendTree(collector.otlpUrl, buyPlan())
  await sendTree(collector.otlpUrl, buyPlan())
  await page.clock.runFor(6_000)
  await expect(page.getByRole('row')).toHaveCount(6)
  await expect(page.getByRole('row', { name: 'shop-web gateway 2' })).toBeVisible()
  await expect(page.getByRole('row', { name: 'shop inventory 2' })).toBeVisible()

  const picture = page.getByRole('region', { name: 'Picture of the services' })
  const left = async (name: string) =>
    (await picture.locator('text', { hasText: new RegExp(`^${name}$`) }).boundingBox())?.x ?? 0
  const columns = await Promise.all(['shop-web', 'gateway', 'shop', 'backend'].map(left))
  expect(columns).toEqual(columns.toSorted((a, b) => a - b))
  expect(new Set(columns).size).toBe(4)
  await expect(picture.locator('.edge')).toHaveCount(5)

  await page.getByRole('row', { name: 'shop inventory 2' }).getByRole('link', { name: 'inventory' }).click()
  await expect(page).toHaveURL('/?service=inventory')
  await expect(page.getByRole('heading', { name: '2 traces' })).toBeVisible()
})

test('services that call each other in a circle are drawn', async ({ page, collector }) => {
  const [first, second] = [spanAt(0, 50), spanAt(10, 30)]
  await send(collector.otlpUrl, 'a', first, spanAt(15, 5, { parentSpanId: second.spanId }))
  await send(collector.otlpUrl, 'b', { ...second, parentSpanId: first.spanId })
  await goBackToEight(page)
  await page.goto('/graph')
  await expect(page.getByRole('row', { name: 'a b 1' })).toBeVisible()
  await expect(page.getByRole('row', { name: 'b a 1' })).toBeVisible()
  await expect(page.locator('.edge')).toHaveCount(2)
})
