import { buy, GOOD_CARD, goToCheckout } from './checkout.ts'
import { expect, test } from './fixtures.ts'
import { fetchTrace } from './trace.ts'

test('with a dead collector the shop works all the same, and the trace is there when it is back', async ({
  page,
  system,
}) => {
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  await system.collector.kill()
  await goToCheckout(page, { productId: 'steel-flask', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  await expect(page).toHaveURL(/\/orders\//)
  await expect(page.getByRole('main')).toContainText('packed and on its way')
  await system.startCollector()
  await page.goto('/')
  // Of every service, so that none of them is still holding back in the tests that follow.
  const services = async () =>
    new Set((await fetchTrace(system.uiUrl, traceId)).map(({ service }) => service))
  await expect
    .poll(services, { timeout: 40_000 })
    .toEqual(new Set(['backend', 'fulfilment', 'gateway', 'inventory', 'shop', 'shop-web']))
  expect(errors).toEqual([])
})
