import { readFileSync } from 'node:fs'
import { generateTraceId } from '@throughline/otel-shared'
import { startCollector } from '../src/index.ts'
import { attribute, makeRequest, makeSpan, postJson, send, spanAt, TRACE_ID } from '../test/otlp.ts'
import { expect, goBackToEight, openTrace, rowNames, spanRow, test } from './fixtures.ts'
import { buyPlan, sendTree } from './shop-traces.ts'

const BUY_ROWS = [
  'shop-web click "Buy now"',
  'shop-web POST',
  'gateway POST /api/*',
  'gateway fetch SHOP',
  'shop POST /api/orders',
  'shop SELECT products',
  'shop reserve',
  'inventory reserve',
  'shop POST payments',
  'backend POST /payments',
  'backend INSERT payments',
  'shop send orders',
  'fulfilment process orders',
]

test('a trace can be found, opened and read from the click to the database', async ({ page, collector }) => {
  const traceId = await sendTree(collector.otlpUrl, buyPlan({ problem: true }))
  await page.goto('/')
  await page.getByLabel('Service').selectOption('backend')
  await page.getByRole('link', { name: /click "Buy now"/ }).click()
  await expect(page).toHaveURL(`/trace/${traceId}`)
  await expect(page).toHaveTitle('click "Buy now" · shop-web')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(BUY_ROWS[0] ?? '')
  expect(await rowNames(page)).toEqual(BUY_ROWS)
  const head = page.getByRole('main')
  for (const fact of ['955 ms', '13 spans', '3 errors', 'clock corrected by −3.4 ms', traceId]) {
    await expect(head).toContainText(fact)
  }
  await expect(page.getByRole('list', { name: 'Services' })).toContainText('shop 5 2 errors')

  await spanRow(page, 'backend', 'POST /payments').click()
  const details = page.locator('.span-details')
  await expect(details).toContainText('card refused')
  for (const fact of ['Service backend', 'Kind server', 'Status error', 'Duration 210 ms', 'Scope test']) {
    const [name = '', value = ''] = fact.split(/ (.*)/)
    await expect(details.locator('.facts-table > div').filter({ hasText: name })).toContainText(value)
  }
  await expect(details).toContainText('(+80 ms)')
  await expect(details).toContainText('exception +210 ms')
  await expect(details).toContainText('at charge (payments.ts:41:11)')
  await details.getByRole('link', { name: 'shop: POST payments' }).click()
  await expect(spanRow(page, 'shop', 'POST payments')).toBeFocused()
  await spanRow(page, 'backend', 'POST /payments').click()
  await expect(details.filter({ hasText: 'at charge' })).toHaveCount(0)
})

test('a value of a span leads to the traces with the same value', async ({ page, collector }) => {
  const order = (id: string) => ({
    service: 'shop',
    name: 'order',
    at: 0,
    for: 10,
    attributes: [
      attribute('order.id', id),
      attribute('lines', { arrayValue: { values: [{ stringValue: 'a' }] } }),
    ],
  })
  const [traceId] = await Promise.all(
    ['17 "a" \\', '17 "a" \\', '18'].map((id) => sendTree(collector.otlpUrl, order(id))),
  )
  await openTrace(page, traceId ?? '')
  await spanRow(page, 'shop', 'order').click()
  await expect(page.getByRole('link', { name: 'Find traces with this lines' })).toHaveCount(0)
  await page.getByRole('link', { name: 'Find traces with this order.id' }).click()
  await expect(page.getByRole('heading', { name: '2 traces' })).toBeVisible()
})

test('the position of a bar agrees with the scale', async ({ page, collector }) => {
  const traceId = await sendTree(collector.otlpUrl, {
    service: 'shop',
    name: 'all',
    at: 0,
    for: 1000,
    children: [
      { service: 'shop', name: 'second quarter', at: 250, for: 250 },
      { service: 'shop', name: 'last tenth', at: 900, for: 100 },
      { service: 'shop', name: 'an instant', at: 500, for: 0 },
    ],
  })
  await openTrace(page, traceId)
  const box = async (name: string) => {
    const found = await spanRow(page, 'shop', name).locator('.bar').boundingBox()
    if (!found) throw new Error(`no bar of ${name}`)
    return found
  }
  const whole = await box('all')
  const share = async (name: string) => {
    const { x, width } = await box(name)
    return { left: (x - whole.x) / whole.width, width: width / whole.width }
  }
  expect((await share('second quarter')).left).toBeCloseTo(0.25, 2)
  expect((await share('second quarter')).width).toBeCloseTo(0.25, 2)
  expect((await share('last tenth')).left).toBeCloseTo(0.9, 2)
  expect((await share('an instant')).left).toBeCloseTo(0.5, 2)
  expect((await box('an instant')).width).toBeGreaterThan(1)
  const tick = await page.locator('.tick', { hasText: '250 ms' }).boundingBox()
  const middle = (tick?.x ?? 0) + (tick?.width ?? 0) / 2
  expect((middle - whole.x) / whole.width).toBeCloseTo(0.25, 2)
})

test('every kind of attribute, event and link is shown', async ({ page, collector }) => {
  const other = makeSpan({ name: 'another trace' })
  await send(collector.otlpUrl, 'shop', other)
  const cause = spanAt(0, 10, { name: 'cause' })
  const effect = spanAt(20, 10, {
    parentSpanId: cause.spanId,
    name: 'effect',
    attributes: [
      attribute('whole', { intValue: '9007199254740993' }),
      attribute('half', 0.5),
      attribute('no number', { doubleValue: 'NaN' }),
      attribute('no', false),
      attribute('empty', ''),
      attribute('bytes', { bytesValue: 'AP8=' }),
      attribute('list', { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }),
      attribute('map', { kvlistValue: { values: [attribute('k', true)] } }),
    ],
    droppedAttributesCount: 3,
    traceState: 'vendor=1',
    events: [
      {
        timeUnixNano: cause.endTimeUnixNano,
        name: 'before it began',
        attributes: [attribute('seen', 'yes')],
      },
    ],
    links: [
      { traceId: TRACE_ID, spanId: cause.spanId, attributes: [attribute('why', 'retry')] },
      {
        traceId: other.traceId,
        spanId: other.spanId,
        attributes: [attribute('throughline.attribution', 'possible')],
      },
    ],
    status: { code: 1 },
  })
  await send(collector.otlpUrl, 'shop', cause, effect)
  await openTrace(page, TRACE_ID)
  await spanRow(page, 'shop', 'effect').click()
  const attributes = page.locator('.attributes').first()
  await expect(attributes.locator('dt')).toHaveText([
    'bytes',
    'empty',
    'half',
    'list',
    'map',
    'no',
    'no number',
    'whole',
  ])
  await expect(attributes.locator('dd')).toHaveText([
    'AP8=',
    '',
    '0.5',
    '["a",1]',
    '{"k":true}',
    'false',
    'NaN',
    '9007199254740993',
  ])
  const details = page.locator('.span-details')
  for (const text of ['3 more were dropped by the sender', 'vendor=1', 'before it began −10 ms', 'retry']) {
    await expect(details).toContainText(text)
  }
  const links = details.locator('.links > li')
  await expect(links.first()).toContainText('follows from shop: cause')
  await expect(links.last()).toContainText(`may follow from span ${other.spanId}`)
  await details.getByRole('link', { name: 'shop: cause' }).last().click()
  await expect(page.locator('.span-details').first()).toContainText('followed by shop: effect')
  await details.getByRole('link', { name: new RegExp(`of trace ${other.traceId}`) }).click()
  await expect(page).toHaveURL(`/trace/${other.traceId}#span-${other.spanId}`)
  await expect(spanRow(page, 'shop', 'another trace')).toBeFocused()
})

test('the page can be used by keyboard alone', async ({ page, collector }) => {
  await openTrace(page, await sendTree(collector.otlpUrl, buyPlan({ problem: true })))
  const row = (index: number) => {
    const [service = '', name = ''] = BUY_ROWS[index]?.split(/ (.*)/) ?? []
    return spanRow(page, service, name)
  }
  const press = (...keys: readonly string[]) =>
    keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve())

  await page.getByRole('button', { name: 'Next error' }).focus()
  await page.keyboard.press('Tab')
  await expect(row(0)).toBeFocused()
  await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp')
  await expect(row(2)).toBeFocused()
  await expect(row(2)).toHaveAttribute('aria-level', '3')

  await press('ArrowLeft')
  await expect(row(2)).toHaveAttribute('aria-expanded', 'false')
  await expect(row(2)).toContainText('error below')
  await expect(page.locator('.span-row')).toHaveCount(3)
  await press('ArrowLeft')
  await expect(row(1)).toBeFocused()
  await press('ArrowDown', 'ArrowRight')
  await expect(row(2)).toHaveAttribute('aria-expanded', 'true')
  await press('ArrowRight')
  await expect(row(3)).toBeFocused()

  await press('End')
  await expect(row(12)).toBeFocused()
  await press('ArrowDown')
  await expect(row(12)).toBeFocused()
  await press('Home', 'Enter')
  await expect(row(0)).toBeFocused()
  await expect(page.locator('.span-details')).toContainText('throughline.action.type')
  await press(' ')
  await expect(page.locator('.span-details')).toHaveCount(0)
  // Tab leaves the list of rows without passing each of them.
  await press('Tab')
  await expect(page.locator('.span-row:focus')).toHaveCount(0)
})

test('"next error" selects each failed span, including those in collapsed subtrees', async ({
  page,
  collector,
}) => {
  await openTrace(page, await sendTree(collector.otlpUrl, buyPlan({ problem: true })))
  await page.getByRole('button', { name: 'Collapse all' }).click()
  expect(await rowNames(page)).toEqual([BUY_ROWS[0]])
  await expect(spanRow(page, 'shop-web', 'click')).toContainText('error below')
  const next = page.getByRole('button', { name: 'Next error' })
  for (const [service, name] of [
    ['shop', 'POST /api/orders'],
    ['shop', 'POST payments'],
    ['backend', 'POST /payments'],
    ['shop', 'POST /api/orders'],
  ] as const) {
    await next.click()
    await expect(spanRow(page, service, name)).toBeFocused()
    await expect(spanRow(page, service, name)).toHaveAttribute('aria-selected', 'true')
    await expect(spanRow(page, service, name).getByText('error', { exact: true })).toBeVisible()
  }
  await page.getByRole('button', { name: 'Expand all' }).click()
  expect(await rowNames(page)).toEqual(BUY_ROWS)
})

test('an incomplete trace is marked', async ({ page, collector }) => {
  const root = spanAt(0, 100, { name: 'root' })
  const parentSpanId = root.spanId
  await send(
    collector.otlpUrl,
    'shop',
    root,
    spanAt(1, 5, { name: 'lost', parentSpanId: 'f'.repeat(16) }),
    spanAt(2, 5, { name: 'left', parentSpanId, attributes: [attribute('throughline.incomplete', true)] }),
    spanAt(3, 5, { name: 'whole', parentSpanId, attributes: [attribute('throughline.incomplete', false)] }),
    spanAt(4, 5, { name: 'slow', parentSpanId, attributes: [attribute('throughline.kept', 'slow')] }),
  )
  await openTrace(page, TRACE_ID)
  await expect(page.getByRole('main')).toContainText('1 orphan')
  const marks = (name: string) => spanRow(page, 'shop', name).locator('.badge')
  await expect(marks('root')).toHaveCount(0)
  await expect(marks('lost')).toHaveText(['orphan'])
  await expect(marks('left')).toHaveText(['incomplete'])
  await expect(marks('whole')).toHaveCount(0)
  await expect(marks('slow')).toHaveText(['kept: slow'])
  await spanRow(page, 'shop', 'lost').click()
  await expect(page.locator('.span-details')).toContainText('ffffffffffffffff has not arrived')
  await goBackToEight(page)
  await page.goto('/')
  await expect(page.getByRole('link', { name: /shop root/ })).toContainText('1 orphan')
})

test('a span that started more children than have arrived says which service is not reached', async ({
  page,
  collector,
}) => {
  const shop = spanAt(0, 100, {
    name: 'POST /api/orders',
    attributes: [attribute('throughline.children.client', 2)],
  })
  const call = spanAt(10, 20, { name: 'reserve', kind: 3, parentSpanId: shop.spanId })
  await send(collector.otlpUrl, 'shop', shop, call)
  await send(collector.otlpUrl, 'payments', spanAt(50, 20, { name: 'POST', parentSpanId: 'f'.repeat(16) }))
  await openTrace(page, TRACE_ID)
  const sentence = 'shop sent 2 requests, 1 arrived: shop → payments is broken'
  const badge = spanRow(page, 'shop', 'POST /api/orders').getByText('missing children')
  await expect(badge).toHaveAttribute('title', sentence)
  await spanRow(page, 'shop', 'POST /api/orders').click()
  await expect(page.locator('.span-details')).toContainText(sentence)
  await send(
    collector.otlpUrl,
    'shop',
    spanAt(45, 30, { name: 'POST', kind: 3, parentSpanId: shop.spanId, spanId: 'f'.repeat(16) }),
  )
  await page.reload()
  await expect(spanRow(page, 'payments', 'POST')).toBeVisible()
  await expect(page.getByText('missing children')).toHaveCount(0)
})

test.describe('an address', () => {
  test('the address of a span scrolls it into view', async ({ page, collector, context }) => {
    const root = makeSpan({ name: 'root' })
    const children = Array.from({ length: 100 }, (_, index) =>
      makeSpan({ traceId: root.traceId, parentSpanId: root.spanId, name: `child ${index}.` }),
    )
    await send(collector.otlpUrl, 'shop', root, ...children)
    await openTrace(page, root.traceId)
    await spanRow(page, 'shop', 'child 90.').click()
    const second = await context.newPage()
    await second.goto(page.url())
    await expect(spanRow(second, 'shop', 'child 90.')).toBeFocused()
    await expect(spanRow(second, 'shop', 'child 90.')).toBeInViewport()
    await expect(second.locator('.span-details')).toHaveCount(1)
    // Another id replaces the text.
    await second.evaluate((spanId) => location.assign(`#span-${spanId}`), children[5]?.spanId)
    await expect(spanRow(second, 'shop', 'child 5.')).toBeFocused()
    await expect(spanRow(second, 'shop', 'child 5.')).toBeInViewport()
  })

  test('the address of a missing span opens the trace', async ({ page, collector }) => {
    await send(collector.otlpUrl, 'shop', spanAt(0, 1))
    await page.goto(`/trace/${TRACE_ID}#span-${'e'.repeat(16)}`)
    await expect(page.getByRole('treegrid').getByRole('row')).toHaveCount(1)
  })

  test('an address can omit the leading zeros of an id', async ({ page, collector }) => {
    await send(collector.otlpUrl, 'shop', spanAt(0, 1, { traceId: 'abc'.padStart(32, '0'), name: 'short' }))
    await openTrace(page, 'ABC')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('shop short')
  })
})

test.describe('a trace that is still arriving', () => {
  test('the page waits for a trace and adds spans while a span is open', async ({ page, collector }) => {
    const traceId = generateTraceId()
    await page.goto(`/trace/${traceId}`)
    await expect(page.getByRole('heading', { name: 'Waiting for spans …' })).toBeVisible()
    const root = makeSpan({ traceId, name: 'root' })
    const early = makeSpan({ traceId, parentSpanId: root.spanId, name: 'early' })
    await send(collector.otlpUrl, 'shop', early)
    await expect(spanRow(page, 'shop', 'early')).toContainText('orphan')
    await expect(page.getByText('live', { exact: true })).toBeVisible()
    await spanRow(page, 'shop', 'early').click()
    await expect(page.locator('.span-details')).toHaveCount(1)
    await send(collector.otlpUrl, 'web', root)
    await expect(spanRow(page, 'shop', 'early')).not.toContainText('orphan')
    expect(await rowNames(page)).toEqual(['web root', 'shop early'])
    await expect(page.locator('.span-details')).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('web root')
  })

  test('the page names possible causes if no span arrives', async ({ page }) => {
    await page.clock.install()
    await page.goto(`/trace/${generateTraceId()}`)
    await expect(page.getByRole('heading', { name: 'Waiting for spans …' })).toBeVisible()
    await expect(page.getByText('It takes long.')).toHaveCount(0)
    await page.clock.runFor(20_000)
    await expect(page.getByText('It takes long.')).toBeVisible()
  })

  test('the page stops asking for spans when none arrive, until it is refreshed', async ({
    page,
    collector,
  }) => {
    await page.clock.install()
    const root = makeSpan({ name: 'root' })
    await send(collector.otlpUrl, 'shop', root)
    await openTrace(page, root.traceId)
    await expect(page.getByText('live', { exact: true })).toBeVisible()
    await page.clock.fastForward(120_000)
    await page.getByRole('button', { name: 'Refresh' }).waitFor()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.clock.runFor(60_000)
    expect(asked).toEqual([])
    await send(
      collector.otlpUrl,
      'shop',
      makeSpan({ traceId: root.traceId, parentSpanId: root.spanId, name: 'late' }),
    )
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(spanRow(page, 'shop', 'late')).toBeVisible()
  })

  test('the trace is kept and an error is shown when the collector does not answer', async ({
    page,
    collector,
  }) => {
    const span = makeSpan({ name: 'root' })
    await send(collector.otlpUrl, 'shop', span)
    await openTrace(page, span.traceId)
    await collector.shutdown()
    await expect(page.getByRole('alert')).toHaveText(
      'The collector does not answer. Check that it is running.',
    )
    await expect(spanRow(page, 'shop', 'root')).toBeVisible()
  })
})

test('a trace can be downloaded as OTLP JSON and sent to another collector', async ({ page, collector }) => {
  const span = spanAt(0, 10, { attributes: [attribute('a', 1)] })
  await send(collector.otlpUrl, 'shop', span)
  await openTrace(page, TRACE_ID)
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download OTLP JSON' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe(`trace-${TRACE_ID}.json`)
  const file = readFileSync(await download.path(), 'utf8')
  expect(JSON.parse(file)).toEqual(makeRequest('shop', [span]))
  const other = await startCollector({ otlpPort: 0, uiPort: 0 })
  expect((await postJson(other.otlpUrl, file)).status).toBe(200)
  await openTrace(page, `${TRACE_ID}`)
  await page.goto(`${other.uiUrl}/trace/${TRACE_ID}`)
  await expect(spanRow(page, 'shop', span.name)).toBeVisible()
  await other.shutdown()
})

test('a button copies the trace id', async ({ page, collector, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await send(collector.otlpUrl, 'shop', spanAt(0, 10))
  await openTrace(page, TRACE_ID)
  await page.getByRole('button', { name: 'Copy id' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(TRACE_ID)
})
