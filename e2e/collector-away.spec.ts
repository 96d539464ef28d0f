import { listenForNoise } from '@throughline/otel-testing/playwright'
import { buy, GOOD_CARD, goToCheckout } from './checkout.ts'
import { expect, test } from './fixtures.ts'
import { fetchTrace } from './trace.ts'

test('the shop works without the collector, and the trace is stored once the collector is back', async ({
  page,
  system,
}) => {
  const noise = listenForNoise(page)
  await system.collector.kill()
  await goToCheckout(page, { productId: 'steel-flask', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  await expect(page).toHaveURL(/\/orders\//)
  await expect(page.getByRole('main')).toContainText('packed and on its way')
  await system.startCollector()
  await page.goto('/')
  // Waits for every service, so that none is in back-off during the following tests.
  const services = async () =>
    new Set((await fetchTrace(system.uiUrl, traceId)).map(({ service }) => service))
  await expect
    .poll(services, { timeout: 40_000 })
    .toEqual(new Set(['backend', 'fulfilment', 'gateway', 'inventory', 'shop', 'shop-web']))
  expect(noise).toEqual([])
})
