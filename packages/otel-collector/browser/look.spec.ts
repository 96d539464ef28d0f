import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { generateTraceId } from '@throughline/otel-shared'
import { attribute, makeSpan, send } from '../test/otlp.ts'
import { expect, openTrace, spanRow, test } from './fixtures.ts'
import { buyPlan, sendTree } from './shop-traces.ts'

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: '360 px', colorScheme: 'light', viewport: { width: 360, height: 740 } },
] as const

for (const { name, colorScheme, viewport } of LOOKS) {
  test.describe(`in ${name}`, () => {
    test.use({ colorScheme, viewport })

    test('every page can be read by everybody, without scrolling sideways', async ({
      page,
      collector,
    }, info) => {
      const check = async (what: string) => {
        await expectAccessible(page)
        await info.attach(`${what}, ${name}`, { body: await page.screenshot(), contentType: 'image/png' })
      }
      await page.goto('/')
      await page.getByText(/Send OTLP over HTTP/).waitFor()
      await check('nothing yet')

      const { traceId } = await sendOddTrace(collector.otlpUrl)
      const refused = await sendTree(collector.otlpUrl, buyPlan({ problem: true }))
      await page.goto('/')
      await page.getByRole('heading', { name: '2 traces' }).waitFor()
      await check('search')
      await page.goto('/?minDuration=soon&lookback=custom')
      await page.getByRole('alert').waitFor()
      await check('a form with a problem')

      await openTrace(page, refused)
      await spanRow(page, 'backend', 'POST /payments').click()
      await page.locator('.span-details').waitFor()
      await check('a refused payment')
      await page.getByRole('button', { name: 'Collapse all' }).click()
      await openTrace(page, traceId)
      await spanRow(page, 'checkout', 'kept').click()
      await page.locator('.span-details').waitFor()
      await check('an odd trace')

      await page.goto(`/trace/${generateTraceId()}`)
      await page.getByRole('heading', { name: 'Waiting for spans …' }).waitFor()
      await check('waiting')
      await page.goto('/graph')
      await page.getByRole('table').waitFor()
      await check('services')
      await page.goto('/nothing')
      await check('no page')
    })
  })
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(
    serious.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ html }) => html.slice(0, 120)) })),
  ).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
}

/** Spans of every mark there is. */
async function sendOddTrace(otlpUrl: string): Promise<{ traceId: string }> {
  const root = makeSpan({ name: 'root of a name that is rather long /api/v1/customers/:customerId/orders' })
  const { traceId, spanId: parentSpanId } = root
  await send(
    otlpUrl,
    'checkout',
    root,
    makeSpan({ traceId, name: 'lost', parentSpanId: 'f'.repeat(16) }),
    makeSpan({
      traceId,
      name: 'left',
      parentSpanId,
      attributes: [attribute('throughline.incomplete', true)],
    }),
    makeSpan({
      traceId,
      name: 'kept',
      parentSpanId,
      status: { code: 2 },
      attributes: [attribute('throughline.kept', 'error'), attribute('long', 'x'.repeat(3000))],
      links: [{ traceId, spanId: parentSpanId, attributes: [attribute('why', 'retry')] }],
      droppedAttributesCount: 2,
    }),
  )
  return { traceId }
}
