import { buy, GOOD_CARD, goToCheckout } from './checkout.ts'
import { expect, test } from './fixtures.ts'
import { fetchTrace } from './trace.ts'

test('a collector that dies in the middle of a checkout breaks nothing, and the trace is there when it is back', async ({
  page,
  system,
}) => {
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  await goToCheckout(page, { productId: 'steel-flask', card: GOOD_CARD })
  await system.collector.kill()
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  await expect(page).toHaveURL(/\/orders\//)
  await expect(page.getByRole('main')).toContainText('packed and on its way')
  await system.startCollector()
  await page.goto('/')
  await expect
    .poll(async () => (await fetchTrace(system.uiUrl, traceId)).map(({ name }) => name), { timeout: 40_000 })
    .toEqual(expect.arrayContaining(['click Buy', 'POST /api/orders', 'POST /payments', 'process orders']))
  expect(errors).toEqual([])
})
