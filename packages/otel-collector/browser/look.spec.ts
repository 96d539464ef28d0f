import AxeBuilder from '@axe-core/playwright'
import type { Page, TestInfo } from '@playwright/test'
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
  test.describe(`in ${name}, axe finds no problem and nothing scrolls sideways`, () => {
    test.use({ colorScheme, viewport })

    test('the search page is readable', async ({ page, collector }, info) => {
      await page.goto('/')
      await page.getByText(/Send OTLP over HTTP/).waitFor()
      await check(page, info, 'nothing yet')
      await sendOddTrace(collector.otlpUrl)
      await sendTree(collector.otlpUrl, buyPlan({ problem: true }))
      await page.getByRole('heading', { name: '2 traces' }).waitFor()
      await check(page, info, 'search')
      await page.goto('/?minDuration=soon')
      await page.getByRole('alert').waitFor()
      await check(page, info, 'a form with a problem')
    })

    test('the trace page is readable', async ({ page, collector }, info) => {
      await page.goto(`/trace/${generateTraceId()}`)
      await page.getByRole('heading', { name: 'Waiting for spans …' }).waitFor()
      await check(page, info, 'waiting')
      await openTrace(page, await sendTree(collector.otlpUrl, buyPlan({ problem: true })))
      await spanRow(page, 'backend', 'POST /payments').click()
      await page.locator('.span-details').waitFor()
      await check(page, info, 'a refused payment')
      await openTrace(page, await sendOddTrace(collector.otlpUrl))
      await spanRow(page, 'checkout', 'kept').click()
      await page.locator('.span-details').waitFor()
      await check(page, info, 'an odd trace')
    })

    test('the comparison is readable', async ({ page, collector }, info) => {
      const first = await sendTree(collector.otlpUrl, buyPlan())
      const second = await sendTree(collector.otlpUrl, buyPlan({ problem: true }))
      await page.goto(`/compare/${first}`)
      await page.getByRole('main').getByRole('link').waitFor()
      await check(page, info, 'traces to compare with')
      await page.goto(`/compare/${first}/${second}`)
      await page.getByRole('table').waitFor()
      await check(page, info, 'two traces')
    })

    test('the services page is readable', async ({ page, collector }, info) => {
      await sendTree(collector.otlpUrl, buyPlan())
      await page.goto('/graph')
      await page.getByRole('table').waitFor()
      await check(page, info, 'services')
    })
  })
}

/** Attaches a screenshot to the test result. */
async function check(page: Page, info: TestInfo, what: string): Promise<void> {
  await info.attach(what, { body: await page.screenshot(), contentType: 'image/png' })
  await expectAccessible(page)
}

async function expectAccessible(page: Page): Promise<void> {
  // Without frames, axe's legacy mode is sufficient and needs no second page.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(
    serious.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ html }) => html.slice(0, 120)) })),
  ).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
}

/** Sends spans with every kind of mark. */
async function sendOddTrace(otlpUrl: string): Promise<string> {
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
  return traceId
}
