import { describe, expect, test } from 'vitest'
import { Inbox } from '../collector/inbox.ts'
import { makeRequest } from '../collector/make-request.ts'
import { type ExpectedSpan, type ExpectTraceOptions, expectTrace } from './expect-trace.ts'
import { waitForSpans } from './wait-for-spans.ts'

const TRACE_ID = 'a'.repeat(32)
const [ROOT_ID, FIRST_ID, SECOND_ID] = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [
  string,
  string,
  string,
]
const UNKNOWN_ID = '9'.repeat(16)
const millis = (value: number) => String(1_000_000_000n + BigInt(value) * 1_000_000n)

const ROOT = { name: 'GET /cart', spanId: ROOT_ID, endTimeUnixNano: millis(100) }
const FIRST = {
  name: 'SELECT carts',
  kind: 3,
  spanId: FIRST_ID,
  parentSpanId: ROOT_ID,
  startTimeUnixNano: millis(10),
  endTimeUnixNano: millis(20),
  attributes: [{ key: 'db.namespace', value: { stringValue: 'shop' } }],
}
const SECOND = {
  ...FIRST,
  name: 'SELECT products',
  spanId: SECOND_ID,
  startTimeUnixNano: millis(30),
  endTimeUnixNano: millis(40),
  status: { code: 2 },
}

const EXPECTED: ExpectedSpan = {
  service: 'shop',
  name: 'GET /cart',
  kind: 'SERVER',
  children: [
    { name: /^SELECT c/, attributes: { 'db.namespace': 'shop', 'db.query.text': undefined } },
    { name: 'SELECT products', kind: 'CLIENT', status: 'ERROR', attributes: { 'db.namespace': /^s/ } },
  ],
}

/** A difference of a trace, and the message for it. */
interface Mismatch {
  readonly title: string
  /** Default: the root alone. */
  readonly spans?: readonly object[]
  readonly expected?: Partial<ExpectedSpan>
  readonly options?: ExpectTraceOptions
  readonly message: string
}

function inboxOf(...spans: readonly object[]): Inbox {
  const inbox = new Inbox()
  receive(inbox, ...spans)
  return inbox
}

function receive(inbox: Inbox, ...spans: readonly object[]): void {
  const body = new TextEncoder().encode(JSON.stringify(makeRequest('shop', ...spans)))
  const headers = { 'content-type': 'application/json' }
  inbox.receive({
    receivedMillis: 0,
    method: 'POST',
    path: '/v1/traces',
    headers,
    sizeBytes: body.length,
    body,
  })
}

/** The message with which the assertion fails. */
async function failureOf(
  inbox: Inbox,
  expected: ExpectedSpan,
  options: ExpectTraceOptions = {},
): Promise<string> {
  const failed = expectTrace(inbox, expected, { timeoutMillis: 0, ...options })
  const result = await failed.catch((error: Error) => error)
  return result instanceof Error ? result.message : 'it did not fail'
}

describe('a trace that is as expected', () => {
  test('a matching trace is returned as a tree, with children in the order of their start', async () => {
    const root = await expectTrace(inboxOf(SECOND, FIRST, ROOT), EXPECTED, { traceId: TRACE_ID })
    expect(root.spanId).toBe(ROOT_ID)
    expect(root.children.map(({ name }) => name)).toEqual(['SELECT carts', 'SELECT products'])
  })

  test('expectTrace waits for spans that arrive one after the other', async () => {
    const inbox = inboxOf(FIRST)
    const waiting = expectTrace(inbox, EXPECTED, { traceId: TRACE_ID, timeoutMillis: 60_000 })
    receive(inbox, SECOND)
    receive(inbox, ROOT)
    expect((await waiting).spanId).toBe(ROOT_ID)
  })

  test('the expected tree can be a part of a larger trace', async () => {
    const expected = { name: 'SELECT carts', parentSpanId: ROOT_ID, children: [] }
    expect((await expectTrace(inboxOf(ROOT, FIRST), expected)).spanId).toBe(FIRST_ID)
  })

  test('an expected child can occur more than once', async () => {
    const repeated = [FIRST_ID, SECOND_ID].map((spanId) => ({ ...FIRST, spanId }))
    const expected: ExpectedSpan = { name: 'GET /cart', children: [{ name: 'SELECT carts', repeated: true }] }
    await expectTrace(inboxOf(ROOT, ...repeated), expected)
  })

  test('an optional child can be absent or present', async () => {
    const expected: ExpectedSpan = { name: 'GET /cart', children: [{ name: 'SELECT carts', optional: true }] }
    await expectTrace(inboxOf(ROOT), expected, { traceId: TRACE_ID })
    await expectTrace(inboxOf(ROOT, FIRST), expected, { traceId: TRACE_ID })
  })

  test('a repeated child leaves spans of its name that match another child', async () => {
    const other = { ...FIRST, spanId: SECOND_ID, attributes: [] }
    const children: ExpectedSpan[] = [
      { name: 'SELECT carts', attributes: { 'db.namespace': 'shop' }, repeated: true },
      { name: 'SELECT carts', attributes: { 'db.namespace': undefined } },
    ]
    await expectTrace(inboxOf(ROOT, FIRST, other), { name: 'GET /cart', children }, { traceId: TRACE_ID })
  })

  test('of several candidates, the one that matches is returned', async () => {
    const other = { ...ROOT, traceId: 'b'.repeat(32) }
    expect((await expectTrace(inboxOf(other, ROOT, FIRST, SECOND), EXPECTED)).traceId).toBe(TRACE_ID)
  })
})

describe('a trace that is not as expected', () => {
  test('a mismatch fails with each difference and the spans that arrived', async () => {
    const extra = { ...FIRST, spanId: '4'.repeat(16), name: 'commit' }
    const wrong = { ...FIRST, attributes: [{ key: 'db.query.text', value: { stringValue: 'SELECT 1' } }] }
    expect(await failureOf(inboxOf(ROOT, wrong, extra), EXPECTED, { traceId: TRACE_ID })).toBe(
      [
        'no trace is as expected after 0 ms:',
        '- GET /cart > SELECT carts: db.namespace is absent, expected "shop"',
        '- GET /cart > SELECT carts: db.query.text is "SELECT 1", expected absent',
        '- GET /cart: no child of any service "SELECT products" CLIENT',
        '- GET /cart: unexpected child shop "commit" CLIENT',
        '',
        'What arrived:',
        `trace ${TRACE_ID}`,
        '  shop "GET /cart" SERVER 100.0 ms',
        '    shop "SELECT carts" CLIENT 10.0 ms',
        '    shop "commit" CLIENT 10.0 ms',
      ].join('\n'),
    )
  })

  test('a missing root fails with the spans that arrived', async () => {
    expect(await failureOf(inboxOf(FIRST), EXPECTED)).toBe(
      [
        'no trace is as expected after 0 ms:',
        '- no span shop "GET /cart" SERVER arrived',
        '',
        'What arrived:',
        `trace ${TRACE_ID}`,
        `  shop "SELECT carts" CLIENT 10.0 ms (parent ${ROOT_ID})`,
      ].join('\n'),
    )
  })

  test('expectTrace fails if no span arrives', async () => {
    expect(await failureOf(new Inbox(), EXPECTED, { traceId: TRACE_ID })).toBe(
      `no trace is as expected after 0 ms:\n- no span of trace ${TRACE_ID} arrived\n\nWhat arrived:\n(nothing)`,
    )
  })

  test.each<Mismatch>([
    { title: 'another service', expected: { service: 'cart' }, message: 'expected cart "GET /cart"' },
    {
      title: 'another kind',
      expected: { kind: 'CLIENT' },
      message: 'GET /cart: expected of any service "GET /cart" CLIENT',
    },
    {
      title: 'another status',
      expected: { status: 'ERROR' },
      message: 'GET /cart: its status is UNSET, expected ERROR',
    },
    {
      title: 'a child too many',
      spans: [ROOT, FIRST],
      expected: { children: [] },
      message: 'GET /cart: unexpected child shop "SELECT carts" CLIENT',
    },
    {
      title: 'no child where one or more are expected',
      expected: { children: [{ name: 'SELECT carts', repeated: true }] },
      message: 'GET /cart: no child of any service "SELECT carts"',
    },
    {
      title: 'an optional child with another status',
      spans: [ROOT, FIRST],
      expected: { children: [{ name: 'SELECT carts', status: 'ERROR', optional: true }] },
      message: 'GET /cart: unexpected child shop "SELECT carts" CLIENT',
    },
    {
      title: 'a span without its parent',
      spans: [ROOT, { ...FIRST, parentSpanId: UNKNOWN_ID }],
      message: 'a second root or a span without its parent: shop "SELECT carts" CLIENT',
    },
    {
      title: 'a parent that is not expected',
      spans: [{ ...ROOT, parentSpanId: UNKNOWN_ID }],
      message: `GET /cart: its parent is ${UNKNOWN_ID}, expected none`,
    },
    {
      title: 'no parent where one is expected',
      expected: { parentSpanId: UNKNOWN_ID },
      message: `GET /cart: its parent is none, expected ${UNKNOWN_ID}`,
    },
    {
      title: 'children in another order',
      spans: [ROOT, FIRST, SECOND],
      expected: { children: [{ name: 'SELECT products' }, { name: 'SELECT carts' }] },
      options: { isOrdered: true },
      message:
        'GET /cart: its children are in another order: shop "SELECT carts" CLIENT, shop "SELECT products" CLIENT',
    },
    {
      title: 'a child that begins before its parent',
      spans: [ROOT, { ...FIRST, startTimeUnixNano: millis(-50) }],
      message: 'shop "SELECT carts" starts 50.0 ms before its parent shop "GET /cart"',
    },
    {
      title: 'a child that ends after its parent',
      spans: [ROOT, { ...FIRST, endTimeUnixNano: millis(150) }],
      message: 'shop "SELECT carts" ends 50.0 ms after its parent shop "GET /cart"',
    },
    { title: 'a span twice', spans: [ROOT, FIRST, FIRST], message: '1 spans arrived twice' },
    {
      title: 'a resource that lacks an attribute',
      options: { resourceAttributes: ['service.name', 'service.version'] },
      message: 'shop "GET /cart" has no service.version in its resource',
    },
  ])('the expectation fails for $title', async ({ spans = [ROOT], expected, options, message }) => {
    const tree = { name: 'GET /cart', ...expected }
    expect(await failureOf(inboxOf(...spans), tree, { traceId: TRACE_ID, ...options })).toContain(message)
  })

  test('a child may end after its parent within the grace period', async () => {
    const late = { ...FIRST, endTimeUnixNano: millis(150) }
    await expectTrace(
      inboxOf(ROOT, late),
      { name: 'GET /cart' },
      { traceId: TRACE_ID, timeoutMillis: 0, graceMillis: 50 },
    )
  })

  test.each<[string, object]>([
    ['a consumer', { kind: 5 }],
    ['a span sent while the page was being unloaded', { attributes: flag('throughline.incomplete') }],
    ['a span that was kept although unsampled', { attributes: flag('throughline.kept') }],
  ])('a child that is %s may end after its parent', async (_, fields) => {
    const late = { ...FIRST, endTimeUnixNano: millis(150), ...fields }
    await expectTrace(inboxOf(ROOT, late), { name: 'GET /cart' }, { traceId: TRACE_ID, timeoutMillis: 0 })
  })
})

test('waitForSpans fails with the number of matching spans and with all spans that arrived', async () => {
  const waiting = waitForSpans(inboxOf(ROOT, FIRST), ({ kind }) => kind === 3, 2, 0)
  await expect(waiting).rejects.toThrow(
    [
      '1 of 2 spans arrived within 0 ms',
      '',
      'What arrived:',
      `trace ${TRACE_ID}`,
      '  shop "GET /cart" SERVER 100.0 ms',
      '    shop "SELECT carts" CLIENT 10.0 ms',
    ].join('\n'),
  )
})

function flag(key: string): object[] {
  return [{ key, value: { boolValue: true } }]
}
