import type { OtlpSpan } from '@throughline/otel-shared'
import { attribute, makeSpan, send } from '../test/otlp.ts'
import { expect, openTrace, spanRow, test } from './fixtures.ts'

const SPANS = 2_000

/** The trace of a page with 500 requests of four spans each, one of which fails. */
function manySpans(): OtlpSpan[] {
  const root = makeSpan({ name: 'root' })
  const spans = [root]
  while (spans.length < SPANS) {
    const index = spans.length
    const isTop = index % 4 === 1
    const parent = isTop ? root : spans[index - 1]
    spans.push(
      makeSpan({
        traceId: root.traceId,
        parentSpanId: parent?.spanId ?? '',
        name: `span ${index}.`,
        startTimeUnixNano: String(BigInt(root.startTimeUnixNano) + BigInt(index) * 10_000n),
        attributes: [1, 2, 3, 4, 5].map((key) => attribute(`key.${key}`, `value ${index}`)),
        status: index === 1_444 ? { code: 2 } : {},
      }),
    )
  }
  return spans
}

test('a trace of two thousand spans is usable', async ({ page, collector }) => {
  const spans = manySpans()
  for (const service of [0, 1, 2, 3]) {
    await send(collector.otlpUrl, `service-${service}`, ...spans.filter((_, index) => index % 4 === service))
  }
  await openTrace(page, spans[0]?.traceId ?? '')
  await expect(page.getByRole('main')).toContainText('2,000 spans')
  await expect(page.locator('[data-span-id]')).toHaveCount(SPANS)

  await page.locator('[data-span-id][tabindex="0"]').focus()
  await page.keyboard.press('End')
  const last = page.locator('[data-span-id]').last()
  await expect(last).toBeFocused()
  await expect(last).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.locator('.span-details')).toContainText('value 1999')
  await page.keyboard.press('Home')
  await expect(page.locator('[data-span-id]').first()).toBeInViewport()

  await page.getByRole('button', { name: 'Next error' }).click()
  const failed = page.locator('[data-span-id]', { hasText: 'span 1444.' })
  await expect(failed).toBeFocused()
  await expect(failed).toBeInViewport()

  await page.getByRole('button', { name: 'Collapse all' }).click()
  await expect(page.locator('[data-span-id]')).toHaveCount(1)
  await expect(spanRow(page, 'service-0', 'root').getByRole('button')).toHaveText('1999')
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Expand all' }).click()
  await expect(page.locator('[data-span-id]')).toHaveCount(SPANS)
})

test('a focused row is not covered by the scale', async ({ page, collector }) => {
  const spans = manySpans().slice(0, 200)
  await send(collector.otlpUrl, 'shop', ...spans)
  await openTrace(page, spans[0]?.traceId ?? '')
  await page.locator('[data-span-id][tabindex="0"]').focus()
  await page.keyboard.press('End')
  for (let presses = 0; presses < 60; presses++) await page.keyboard.press('ArrowUp')
  const focused = await page.locator('[data-span-id]:focus').boundingBox()
  const scale = await page.locator('.scale').boundingBox()
  expect(scale?.y).toBe(0)
  expect(focused?.y).toBeGreaterThanOrEqual((scale?.y ?? 0) + (scale?.height ?? 0))
})
