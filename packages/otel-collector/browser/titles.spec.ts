import { attribute } from '../test/otlp.ts'
import { expect, openTrace, spanRow, test } from './fixtures.ts'
import { buyPlan, type SpanPlan, sendTree } from './shop-traces.ts'

const vitals: SpanPlan = { service: 'shop-web', name: 'web vitals', kind: 1, at: 0, for: 1 }
const pageLoad: SpanPlan = {
  service: 'gateway',
  name: 'GET /*',
  kind: 2,
  at: 5,
  for: 20,
  children: [
    {
      service: 'shop-web',
      name: 'load /cart',
      kind: 1,
      at: 0,
      for: 300,
      attributes: [attribute('throughline.action.type', 'pageload')],
      children: [
        {
          service: 'shop-web',
          name: 'GET',
          kind: 3,
          at: 100,
          for: 50,
          attributes: [attribute('url.full', 'http://localhost:8787/api/cart?full=1')],
        },
      ],
    },
  ],
}
const request: SpanPlan = {
  service: 'shop-web',
  name: 'GET',
  kind: 3,
  at: 0,
  for: 40,
  attributes: [attribute('url.full', 'http://localhost:8787/api/products')],
}

test('a list names page loads and requests by their paths, and folds web vitals', async ({
  page,
  collector,
}) => {
  for (const plan of [pageLoad, request, vitals, vitals, vitals]) await sendTree(collector.otlpUrl, plan)
  await page.goto('/')
  await expect(page.getByRole('heading', { name: '2 traces' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'shop-web load /cart' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'shop-web GET /api/products' })).toBeVisible()
  const folded = page.getByRole('link', { name: 'shop-web web vitals' })
  await expect(folded.first()).toBeHidden()
  await page.getByText('3 traces of web vitals').click()
  await expect(folded).toHaveCount(3)
  await page.screenshot({ path: test.info().outputPath('list.png') })
})

test('web vitals do not displace actions from the list', async ({ page, collector }) => {
  const startMillis = Date.now() - 60_000
  for (let count = 0; count < 3; count++) await sendTree(collector.otlpUrl, request, { startMillis })
  for (let count = 0; count < 25; count++) await sendTree(collector.otlpUrl, vitals)
  await page.goto('/?limit=20')
  await expect(page.getByRole('heading', { name: '3 traces' })).toBeVisible()
  await expect(page.getByText('20 traces of web vitals')).toBeVisible()
})

test('a list of web vitals only shows them', async ({ page, collector }) => {
  await sendTree(collector.otlpUrl, vitals)
  await page.goto('/')
  await expect(page.getByRole('heading', { name: '1 trace' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'shop-web web vitals' })).toBeVisible()
})

test('the page of a trace is titled by its page load, and its requests show their paths', async ({
  page,
  collector,
}) => {
  const traceId = await sendTree(collector.otlpUrl, pageLoad)
  await openTrace(page, traceId)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('shop-web load /cart')
  await expect(page).toHaveTitle('load /cart · shop-web')
  await expect(page.getByRole('row').filter({ hasText: 'GET' }).last()).toContainText('/api/cart')
  await page.screenshot({ path: test.info().outputPath('trace.png') })
})

test('the list and the page of a failed trace say where it failed and why', async ({ page, collector }) => {
  const traceId = await sendTree(collector.otlpUrl, buyPlan({ problem: true }))
  await page.goto('/')
  const link = page.getByRole('link', { name: /click "Buy now"/ })
  await expect(link.locator('.trace-failure')).toHaveText(
    'backend POST /payments: PaymentRefused: card refused',
  )
  await link.click()
  await expect(page).toHaveURL(`/trace/${traceId}`)
  const failure = page.locator('.trace-failure')
  await expect(failure).toHaveText('backend POST /payments: PaymentRefused: card refused')
  await failure.getByRole('link').click()
  await expect(spanRow(page, 'backend', 'POST /payments')).toBeFocused()
})
