import { attribute, makeRequest, makeSpan, postJson, spanAt, TRACE_ID } from '../test/otlp.ts'
import { expect, goBackToEight, openTrace, spanRow, test } from './fixtures.ts'

const SCRIPT = '<script>document.title = "taken over"</script>'
const IMAGE = '<img src=x onerror="document.title = \'taken over\'">'
const LONG = 'x'.repeat(20_000)
// The maximum length that the collector stores.
const LONG_KEY = LONG.slice(0, 1_024)
const EMOJI = '👩‍💻🇨🇭 Zoë שלום \u202egnp.exe'

test('texts of a span are shown as text and not executed', async ({ page, collector }) => {
  const root = spanAt(0, 100, { name: IMAGE })
  const child = spanAt(1, 50, {
    parentSpanId: root.spanId,
    name: SCRIPT,
    attributes: [
      attribute(IMAGE, SCRIPT),
      attribute('link', 'javascript:alert(1)'),
      attribute('emoji', EMOJI),
      attribute('lines', 'first\n  second'),
    ],
    events: [{ timeUnixNano: root.startTimeUnixNano, name: SCRIPT, attributes: [attribute(SCRIPT, IMAGE)] }],
    status: { code: 2, message: IMAGE },
    traceState: SCRIPT,
  })
  await postJson(collector.otlpUrl, makeRequest(IMAGE, [root]))
  await postJson(collector.otlpUrl, makeRequest(SCRIPT, [child]))
  await openTrace(page, TRACE_ID)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${IMAGE} ${IMAGE}`)
  await spanRow(page, SCRIPT, SCRIPT).click()
  const details = page.locator('.span-details')
  for (const text of [SCRIPT, IMAGE, 'javascript:alert(1)', EMOJI]) await expect(details).toContainText(text)
  await expect(details.getByText('first\n  second')).toHaveCSS('white-space', 'pre-wrap')
  await expect(page.locator('img:not([src="/assets/icon.svg"]), .details script')).toHaveCount(0)
  await expect(page).toHaveTitle(`${IMAGE} · ${IMAGE}`)

  await goBackToEight(page)
  await page.goto('/')
  await expect(page.getByRole('link', { name: IMAGE })).toContainText(SCRIPT)
  await page.getByLabel('Service').selectOption(SCRIPT)
  await page.getByLabel('Operation').selectOption(SCRIPT)
  await expect(page.getByRole('heading', { name: '1 trace' })).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('Operation')).toHaveValue(SCRIPT)

  await page.goto('/graph')
  await expect(page.getByRole('table')).toContainText(IMAGE)
  await page.getByRole('link', { name: SCRIPT }).click()
  await expect(page.getByLabel('Service')).toHaveValue(SCRIPT)
})

test('long texts without spaces stay in their area', async ({ page, collector }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  const root = makeSpan({ name: LONG, attributes: [attribute(LONG_KEY, LONG), attribute('b', LONG)] })
  const below = makeSpan({ traceId: root.traceId, parentSpanId: root.spanId, name: 'below' })
  await postJson(collector.otlpUrl, makeRequest(LONG.slice(0, 300), [root]))
  await postJson(collector.otlpUrl, makeRequest(`other-${LONG.slice(0, 300)}`, [below]))
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

  await page.goto('/')
  await page.getByRole('link', { name: LONG.slice(0, 100) }).waitFor()
  expect(await overflow()).toBe(0)
  const link = await page.getByRole('link', { name: LONG.slice(0, 100) }).boundingBox()
  expect(link?.height).toBeLessThan(740)

  await openTrace(page, root.traceId)
  await page.locator('[data-span-id]').first().click()
  await page.locator('.span-details').waitFor()
  expect(await page.locator('.attributes').first().locator('dt').last().textContent()).toBe(LONG_KEY)
  expect(await overflow()).toBe(0)
  for (const value of await page.locator('.attributes > div').all()) {
    expect((await value.boundingBox())?.height).toBeLessThan(740)
  }
  // The next span is three screens further down, not thirty.
  const next = await page.locator('[data-span-id]').last().boundingBox()
  expect(next?.y).toBeLessThan(4 * 740)

  await page.goto('/graph')
  await expect(page.getByRole('table')).toContainText('other-')
  expect(await overflow()).toBe(0)
})

test('impossible times are shown unchanged', async ({ page, collector }) => {
  const root = makeSpan({ name: 'root', startTimeUnixNano: '1', endTimeUnixNano: '18446744073709551615' })
  const child = makeSpan({
    traceId: root.traceId,
    parentSpanId: root.spanId,
    name: 'an instant before time',
    startTimeUnixNano: '1',
    endTimeUnixNano: '1',
    events: [{ timeUnixNano: '18446744073709551615', name: 'at the end', attributes: [] }],
  })
  await postJson(collector.otlpUrl, makeRequest('shop', [root, child]))
  await openTrace(page, root.traceId)
  await expect(page.getByRole('main')).toContainText('1 Jan 1970')
  await spanRow(page, 'shop', 'an instant before time').click()
  await expect(page.locator('.span-details')).toContainText('at the end')
})
