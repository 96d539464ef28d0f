import type { Locator, Page } from '@playwright/test'
import { attribute, makeSpan, send } from '../test/otlp.ts'
import { expect, test } from './fixtures.ts'
import { buyPlan, sendTree } from './shop-traces.ts'

const HOUR_MILLIS = 3_600_000

/** The traces in the list from top to bottom, by service and name of their roots. */
function found(page: Page): Locator {
  return page.getByRole('region', { name: 'Traces found' }).locator('.trace-name')
}

function timeSelect(page: Page): Locator {
  return page.getByRole('combobox', { name: 'Time', exact: true })
}

/** Three traces: a purchase, a refused one a minute before, a slow page of another service before that. */
async function sendThreeTraces(otlpUrl: string): Promise<{ bought: string; refused: string; slow: string }> {
  const now = Date.now()
  return {
    slow: await sendTree(
      otlpUrl,
      { service: 'back-office', name: 'load /reports', kind: 1, at: 0, for: 2500 },
      { startMillis: now - 120_000 },
    ),
    refused: await sendTree(otlpUrl, buyPlan({ problem: true }), { startMillis: now - 60_000 }),
    bought: await sendTree(otlpUrl, buyPlan(), { startMillis: now - 5_000 }),
  }
}

const [BUY, SLOW] = ['shop-web click "Buy now"', 'back-office load /reports'] as const

test('the search page lists the latest traces first, with duration, errors, spans and services', async ({
  page,
  collector,
}) => {
  await sendThreeTraces(collector.otlpUrl)
  await page.goto('/')
  await expect(page.getByRole('heading', { name: '3 traces' })).toBeVisible()
  await expect(found(page)).toHaveText([BUY, BUY, SLOW])
  const refused = page.getByRole('link', { name: BUY }).nth(1)
  await expect(refused).toContainText('955 ms')
  await expect(refused).toContainText('3 errors')
  await expect(refused).toContainText('13 spans')
  await expect(refused).toContainText('fulfilment 1')
  await expect(page.getByRole('link', { name: SLOW })).toContainText('2.5 s')
})

test.describe('a search', () => {
  test.beforeEach(async ({ page, collector }) => {
    await sendThreeTraces(collector.otlpUrl)
    await page.goto('/')
    await expect(found(page)).toHaveText([BUY, BUY, SLOW])
  })

  test('a search can be by service, then by operation of that service', async ({ page }) => {
    await expect(page.getByLabel('Operation')).toBeDisabled()
    await page.getByLabel('Service').selectOption('inventory')
    await expect(found(page)).toHaveText([BUY, BUY])
    await page.getByLabel('Operation').selectOption('reserve')
    await expect(found(page)).toHaveText([BUY, BUY])
    await page.getByLabel('Service').selectOption('back-office')
    await expect(page.getByLabel('Operation')).toHaveValue('')
    await expect(found(page)).toHaveText([SLOW])
  })

  test('a search can be by min and max duration', async ({ page }) => {
    await page.getByLabel('Min duration').fill('1s')
    await page.keyboard.press('Enter')
    await expect(found(page)).toHaveText([SLOW])
    await page.getByLabel('Min duration').fill('400')
    await page.getByLabel('Max duration').fill('0.5s')
    await page.getByRole('button', { name: 'Search' }).click()
    await expect(found(page)).toHaveText([BUY, BUY])
  })

  test('a search can be by tags', async ({ page }) => {
    await page.getByLabel('Tags').fill('http.route=/api/orders http.response.status_code=402')
    await page.keyboard.press('Enter')
    await expect(found(page)).toHaveText([BUY])
    await expect(page.getByText('3 errors')).toBeVisible()
    await page.getByLabel('Tags').fill('exception.message="card refused"')
    await page.keyboard.press('Enter')
    await expect(found(page)).toHaveText([BUY])
  })

  test('a search can be for errors only', async ({ page }) => {
    await page.getByLabel('Errors only').check()
    await expect(found(page)).toHaveText([BUY])
    await expect(page.getByText('3 errors')).toBeVisible()
    await page.getByLabel('Errors only').uncheck()
    await expect(found(page)).toHaveCount(3)
  })

  test('a search can be for a period', async ({ page, collector }) => {
    const yesterday = Date.now() - 20 * HOUR_MILLIS
    await sendTree(
      collector.otlpUrl,
      { service: 'night-job', name: 'run', kind: 1, at: 0, for: 5 },
      { startMillis: yesterday },
    )
    await timeSelect(page).selectOption('last 5 minutes')
    await expect(found(page)).toHaveText([BUY, BUY, SLOW])
    await timeSelect(page).selectOption('last day')
    await expect(found(page)).toHaveText([BUY, BUY, SLOW, 'night-job run'])

    await timeSelect(page).selectOption('between two times')
    await expect(found(page)).toHaveCount(4)
    await page.getByLabel('From').fill(localTime(yesterday - 60_000))
    await page.getByLabel('To', { exact: true }).fill(localTime(yesterday + 60_000))
    await expect(found(page)).toHaveText(['night-job run'])
    await page.reload()
    await expect(found(page)).toHaveText(['night-job run'])
    await expect(page.getByLabel('From')).toHaveValue(localTime(yesterday - 60_000))
  })

  test('results have the order that is chosen', async ({ page }) => {
    await page.getByLabel('Order').selectOption('Longest first')
    await expect(found(page)).toHaveText([SLOW, BUY, BUY])
    await page.getByLabel('Order').selectOption('Most errors first')
    await expect(found(page)).toHaveText([BUY, BUY, SLOW])
    await expect(page.getByRole('listitem').first()).toContainText('3 errors')
    await page.getByLabel('Order').selectOption('Most spans first')
    await expect(found(page)).toHaveText([BUY, BUY, SLOW])
  })

  test('a search without results names the period that was searched', async ({ page }) => {
    await page.getByLabel('Tags').fill('no=such')
    await page.keyboard.press('Enter')
    await expect(page.getByText('No trace of the last hour matches.')).toBeVisible()
    await page.getByRole('link', { name: 'Clear the search' }).click()
    await expect(found(page)).toHaveCount(3)
  })

  test('the address of a search repeats it', async ({ page, context }) => {
    await page.getByLabel('Service').selectOption('shop')
    await page.getByLabel('Operation').selectOption('POST /api/orders')
    await timeSelect(page).selectOption('last day')
    await page.getByLabel('Min duration').fill('100ms')
    await page.getByLabel('Tags').fill('http.response.status_code=402')
    await page.getByLabel('Errors only').check()
    await page.getByLabel('Limit').selectOption('50 traces')
    await expect(found(page)).toHaveText([BUY])
    await expect(page).toHaveURL(/limit=50/)
    const second = await context.newPage()
    await second.goto(page.url())
    await expect(found(second)).toHaveText([BUY])
    await expect(second.getByLabel('Operation')).toHaveValue('POST /api/orders')
    await expect(timeSelect(second)).toHaveValue('1440')
    await expect(second.getByLabel('Errors only')).toBeChecked()
    await found(second).click()
    await expect(second.getByRole('heading', { level: 1 })).toHaveText(BUY)
    await second.goBack()
    await expect(second.getByLabel('Min duration')).toHaveValue('100ms')
    await expect(found(second)).toHaveText([BUY])
  })
})

test('a search has no more results than the limit', async ({ page, collector }) => {
  await send(collector.otlpUrl, 'shop', ...Array.from({ length: 30 }, () => makeSpan()))
  await page.goto('/')
  await expect(page.getByRole('heading', { name: '20 traces' })).toBeVisible()
  await page.getByLabel('Limit').selectOption('50 traces')
  await expect(page.getByRole('heading', { name: '30 traces' })).toBeVisible()
})

test.describe('the message of an invalid value is beside its field', () => {
  test.beforeEach(async ({ page, collector }) => {
    await send(collector.otlpUrl, 'shop', makeSpan())
    await page.goto('/')
    await expect(page.getByRole('heading', { name: '1 trace' })).toBeVisible()
  })

  test('an invalid form shows no results', async ({ page }) => {
    for (const [label, text, message] of [
      ['Min duration', 'soon', /^"soon" is not a duration such as 100ms, 1.5s or 2m.$/],
      ['Max duration', '1 fortnight', /^"1 fortnight" is not a duration/],
      ['Tags', '=error', /^"=error" is not key=value\.$/],
    ] as const) {
      const field = page.getByLabel(label)
      await field.fill(text)
      await page.keyboard.press('Enter')
      await expect(page.getByRole('alert')).toHaveText(message)
      await expect(field).toHaveAttribute('aria-invalid', 'true')
      await expect(field).toHaveAccessibleDescription(message)
      await expect(page.getByRole('heading', { name: 'Not searched' })).toBeVisible()
      await expect(found(page)).toHaveCount(0)
      await field.fill('')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('alert')).toHaveCount(0)
      await expect(found(page)).toHaveCount(1)
    }
  })

  test('a period that ends before it starts is an error', async ({ page }) => {
    await timeSelect(page).selectOption('between two times')
    await page.getByLabel('To', { exact: true }).fill('2020-01-01T00:00:00')
    await expect(page.getByRole('alert')).toHaveText('To is before From.')
    await expect(found(page)).toHaveCount(0)
  })
})

test('new traces are added to the list', async ({ page, collector }) => {
  await page.clock.install()
  await page.goto('/')
  await expect(page.getByText(/Send OTLP over HTTP to this machine/)).toBeVisible()
  await send(collector.otlpUrl, 'shop', makeSpan({ name: 'first' }))
  await page.clock.runFor(10_000)
  await expect(found(page)).toHaveText(['shop first'])
  await expect(page.getByLabel('Service').getByRole('option', { name: 'shop' })).toBeAttached()
})

test('text that is being typed is kept while traces and services arrive', async ({ page, collector }) => {
  await page.clock.install()
  await page.goto('/')
  await page.getByLabel('Tags').pressSequentially('http.ro')
  await send(
    collector.otlpUrl,
    'shop',
    makeSpan({ name: 'first', attributes: [attribute('http.route', '/a')] }),
  )
  await page.clock.runFor(10_000)
  await expect(found(page)).toHaveText(['shop first'])
  await expect(page.getByLabel('Service').getByRole('option', { name: 'shop' })).toBeAttached()
  await expect(page.getByLabel('Tags')).toHaveValue('http.ro')
  await page.getByLabel('Tags').pressSequentially('ute=/b\n')
  await expect(page.getByText('No trace of the last hour matches.')).toBeVisible()
})

test('a row under the pointer does not move, and a button adds the new traces', async ({
  page,
  collector,
}) => {
  await send(collector.otlpUrl, 'shop', makeSpan({ name: 'first' }))
  await page.goto('/')
  await found(page).hover()
  await send(collector.otlpUrl, 'shop', makeSpan({ name: 'second' }))
  await page.getByRole('button', { name: 'Show what is new' }).waitFor()
  await expect(found(page)).toHaveText(['shop first'])
  await page.getByRole('button', { name: 'Show what is new' }).click()
  await expect(found(page)).toHaveText(['shop second', 'shop first'])
  await expect(page.getByRole('button', { name: 'Show what is new' })).toHaveCount(0)
})

test('a list with Live unchecked is not refreshed', async ({ page, collector }) => {
  await page.clock.install()
  await page.goto('/')
  await expect(page.getByRole('heading', { name: '0 traces' })).toBeVisible()
  await page.getByLabel('Live').uncheck()
  const searches: string[] = []
  page.on('request', (request) => request.url().includes('trace-summaries') && searches.push(request.url()))
  await send(collector.otlpUrl, 'shop', makeSpan({ name: 'first' }))
  await page.clock.runFor(60_000)
  expect(searches).toEqual([])
  await page.getByRole('button', { name: 'Search' }).click()
  await expect(found(page)).toHaveText(['shop first'])
})

test('the response of an outdated search is not shown', async ({ page, collector }) => {
  await send(collector.otlpUrl, 'slow', makeSpan({ name: 'old question' }))
  await send(collector.otlpUrl, 'fast', makeSpan({ name: 'new question' }))
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route(/trace-summaries.*serviceName=slow/, async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/')
  await expect(found(page)).toHaveCount(2)
  await page.getByLabel('Live').uncheck()
  const overtaken = page.waitForResponse(/trace-summaries.*serviceName=slow/)
  await page.getByLabel('Service').selectOption('slow')
  await page.getByLabel('Service').selectOption('fast')
  await expect(found(page)).toHaveText(['fast new question'])
  release()
  await (await overtaken).finished()
  await expect(found(page)).toHaveText(['fast new question'])
})

test('a collector that does not answer is reported, and the list is kept', async ({ page, collector }) => {
  await send(collector.otlpUrl, 'shop', makeSpan({ name: 'first' }))
  await page.goto('/')
  await expect(found(page)).toHaveText(['shop first'])
  await collector.shutdown()
  await expect(page.getByRole('alert')).toHaveText('The collector does not answer. Check that it is running.')
  await expect(found(page)).toHaveText(['shop first'])
})

test.describe('the field for a trace id', () => {
  test('the field opens the trace whose id is in the text', async ({ page, collector }) => {
    const span = makeSpan({ name: 'looked for' })
    await send(collector.otlpUrl, 'shop', span)
    for (const [before, after] of [
      ['', ''],
      ['  ', '  '],
      ['00-', '-00f067aa0ba902b7-01'],
      ['level=error trace_id=', ' span_id=00f067aa0ba902b7'],
    ]) {
      await page.goto('/')
      const box = page.getByLabel('Open a trace by its id')
      await box.fill(`${before}${span.traceId.toUpperCase()}${after}`)
      await box.press('Enter')
      await expect(page).toHaveURL(`/trace/${span.traceId}`)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('shop looked for')
    }
  })

  test('the field reports a text without a trace id', async ({ page }) => {
    await page.goto('/')
    const box = page.getByLabel('Open a trace by its id')
    await box.fill('order 4711, please')
    await box.press('Enter')
    await expect(page.getByText('No trace id found: enter 1 to 32 hexadecimal digits.')).toBeVisible()
    await box.fill('4')
    await expect(page.getByText('No trace id found: enter 1 to 32 hexadecimal digits.')).toHaveCount(0)
  })
})

test('an unknown address shows a "not found" page', async ({ page }) => {
  await page.goto('/trace/not-hex')
  await expect(page.getByRole('heading', { name: 'Nothing is here' })).toBeVisible()
  await page.getByRole('link', { name: 'Search for traces' }).click()
  await expect(page.getByRole('heading', { name: '0 traces' })).toBeVisible()
})

/** The value of an input of type `datetime-local`. */
function localTime(unixMillis: number): string {
  const date = new Date(unixMillis - new Date(unixMillis).getTimezoneOffset() * 60_000)
  return date.toISOString().slice(0, 19)
}
