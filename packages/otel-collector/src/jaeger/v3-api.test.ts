import { describe, expect, test } from 'vitest'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, EIGHT_O_CLOCK, makeRequest, makeSpan, send, spanAt, TRACE_ID } from '../../test/otlp.ts'
import type { Collector } from '../index.ts'

const ALL_DAY = { startTimeMin: '2026-11-21T00:00:00Z', startTimeMax: '2026-11-21T23:59:59Z' }

test('services are sorted by name', async () => {
  const collector = await startTestCollector()
  expect(await getJson(collector, '/api/v3/services')).toEqual({ status: 200, body: { services: [] } })
  for (const service of ['web', 'édge', 'api', 'web']) await send(collector.otlpUrl, service, makeSpan())
  expect((await getJson(collector, '/api/v3/services')).body).toEqual({ services: ['api', 'web', 'édge'] })
})

describe('operations', () => {
  test('operations are the unique pairs of span name and kind', async () => {
    const collector = await startTestCollector()
    const spans = [
      makeSpan({ name: 'GET /x', kind: 3 }),
      makeSpan({ name: 'GET /x', kind: 3 }),
      makeSpan({ name: 'GET /x', kind: 2 }),
      makeSpan({ name: 'click', kind: 1 }),
      makeSpan({ name: 'click', kind: 0 }),
      makeSpan({ name: 'send', kind: 4 }),
      makeSpan({ name: 'take', kind: 5 }),
    ]
    await send(collector.otlpUrl, 'web', ...spans)
    await send(collector.otlpUrl, 'other', makeSpan({ name: 'not asked for' }))
    expect(await getJson(collector, '/api/v3/operations?service=web')).toEqual({
      status: 200,
      body: {
        operations: [
          { name: 'GET /x', spanKind: 'server' },
          { name: 'GET /x', spanKind: 'client' },
          { name: 'click', spanKind: 'internal' },
          { name: 'send', spanKind: 'producer' },
          { name: 'take', spanKind: 'consumer' },
        ],
      },
    })
  })

  test.each(['spanKind', 'span_kind'])('operations can be limited to one kind by %s', async (parameter) => {
    const collector = await startTestCollector()
    await send(collector.otlpUrl, 'web', makeSpan({ name: 'a', kind: 3 }), makeSpan({ name: 'b', kind: 2 }))
    expect((await getJson(collector, `/api/v3/operations?service=web&${parameter}=client`)).body).toEqual({
      operations: [{ name: 'a', spanKind: 'client' }],
    })
  })

  test('an unknown service has no operations, and a request without a service is a 400', async () => {
    const collector = await startTestCollector()
    expect(await getJson(collector, '/api/v3/operations?service=unknown')).toEqual({
      status: 200,
      body: { operations: [] },
    })
    expect(await getJson(collector, '/api/v3/operations')).toEqual(
      failure(400, 'parameter service is required'),
    )
  })
})

test('a summary has all data that the list shows', async () => {
  const collector = await startTestCollector()
  const root = spanAt(0, 100, { spanId: '1'.repeat(16), name: 'click Buy', kind: 1 })
  await send(collector.otlpUrl, 'web', root)
  await send(
    collector.otlpUrl,
    'shop',
    spanAt(10, 150, { spanId: '2'.repeat(16), parentSpanId: root.spanId, status: { code: 2 } }),
    spanAt(20, 5, { spanId: '3'.repeat(16), parentSpanId: '2'.repeat(16), status: { code: 1 } }),
    spanAt(-5, 5, { spanId: '4'.repeat(16), parentSpanId: 'f'.repeat(16) }),
  )
  expect(await search(collector, ALL_DAY)).toEqual({
    status: 200,
    body: {
      summaries: [
        {
          traceId: TRACE_ID,
          rootServiceName: 'web',
          rootOperationName: 'click Buy',
          minStartTimeUnixNano: String(EIGHT_O_CLOCK - 5_000_000n),
          maxEndTimeUnixNano: String(EIGHT_O_CLOCK + 160_000_000n),
          spanCount: 4,
          errorSpanCount: 1,
          orphanSpanCount: 1,
          services: [
            { name: 'shop', spanCount: 3, errorSpanCount: 1 },
            { name: 'web', spanCount: 1, errorSpanCount: 0 },
          ],
        },
      ],
    },
  })
})

test.each([
  ['its earliest orphan', { parentSpanId: 'f'.repeat(16) }],
  ['its earliest span, when its parents go round in a circle', { parentSpanId: '1'.repeat(16) }],
])('a trace without a root is named after %s', async (_, fields) => {
  const collector = await startTestCollector()
  await send(
    collector.otlpUrl,
    'shop',
    spanAt(20, 5, { spanId: '1'.repeat(16), parentSpanId: '2'.repeat(16), name: 'later' }),
    spanAt(0, 5, { spanId: '2'.repeat(16), name: 'earlier', ...fields }),
  )
  expect((await search(collector, ALL_DAY)).body).toMatchObject({
    summaries: [{ rootServiceName: 'shop', rootOperationName: 'earlier' }],
  })
})

describe('a search finds the traces with a matching span', () => {
  const traceIds = { cart: '1'.repeat(32), pay: '2'.repeat(32), page: '3'.repeat(32) }
  const names = Object.fromEntries(Object.entries(traceIds).map(([name, id]) => [id, name]))

  async function startWithThreeTraces(): Promise<Collector> {
    const collector = await startTestCollector()
    const cart = spanAt(0, 50, { traceId: traceIds.cart, name: 'GET /cart' })
    const query = spanAt(10, 20, {
      traceId: traceIds.cart,
      parentSpanId: cart.spanId,
      name: 'SELECT',
      kind: 3,
      attributes: [attribute('db.rows', 12), attribute('cached', false), attribute('share', 0.25)],
    })
    const pay = spanAt(60_000, 900, {
      traceId: traceIds.pay,
      name: 'POST /pay',
      status: { code: 2, message: 'refused' },
      attributes: [attribute('http.response.status_code', 402), attribute('text', 'Zoë said "no"\n')],
      events: [
        {
          timeUnixNano: String(EIGHT_O_CLOCK),
          name: 'exception',
          attributes: [attribute('exception.type', 'Refused')],
        },
      ],
    })
    const page = spanAt(120_000, 2_500, { traceId: traceIds.page, name: 'load', kind: 1 })
    await send(collector.otlpUrl, 'shop', cart, query, pay)
    await send(collector.otlpUrl, 'web', page)
    return collector
  }

  test.each<[string, Record<string, string>, string[]]>([
    ['any service', {}, ['page', 'pay', 'cart']],
    ['a service', { serviceName: 'shop' }, ['pay', 'cart']],
    ['an unknown service', { serviceName: 'unknown' }, []],
    ['an operation', { serviceName: 'shop', operationName: 'SELECT' }, ['cart']],
    ['an operation of another service', { serviceName: 'web', operationName: 'SELECT' }, []],
    ['a least duration', { durationMin: '900ms' }, ['page', 'pay']],
    ['a least duration of a fraction', { durationMin: '0.9s' }, ['page', 'pay']],
    ['a least duration of two parts', { durationMin: '1s500ms' }, ['page']],
    ['a most duration', { durationMax: '50000us' }, ['cart']],
    ['a duration between two', { durationMin: '51ms', durationMax: '1m' }, ['page', 'pay']],
    ['a start not before a time', { startTimeMin: '2026-11-21T08:01:00Z' }, ['page', 'pay']],
    ['a start just before it', { startTimeMin: '2026-11-21T08:01:00.000000001Z' }, ['page']],
    ['a start not after a time', { startTimeMax: '2026-11-21T09:01:00.000+01:00' }, ['pay', 'cart']],
    ['an error', attributes({ error: 'true' }), ['pay']],
    ['no error', attributes({ error: 'false' }), ['page', 'cart']],
    ['an error and a service', { ...attributes({ error: 'true' }), serviceName: 'web' }, []],
    ['a text', attributes({ text: 'Zoë said "no"\n' }), ['pay']],
    ['an integer', attributes({ 'http.response.status_code': '402' }), ['pay']],
    ['a double', attributes({ share: '0.25' }), ['cart']],
    ['a bool', attributes({ cached: 'false' }), ['cart']],
    ['an attribute of an event', attributes({ 'exception.type': 'Refused' }), ['pay']],
    ['an attribute of the resource', attributes({ 'service.name': 'web' }), ['page']],
    ['a kind', attributes({ 'span.kind': 'client' }), ['cart']],
    ['a status', attributes({ 'otel.status_code': 'ERROR' }), ['pay']],
    ['a scope', attributes({ 'otel.scope.name': 'test' }), ['page', 'pay', 'cart']],
    ['two attributes', attributes({ 'db.rows': '12', cached: 'false' }), ['cart']],
    ['one of two attributes only', attributes({ 'db.rows': '12', cached: 'true' }), []],
    ['a part of a text only', attributes({ text: 'Zoë' }), []],
    ['a value under another key', attributes({ other: '402' }), []],
  ])('a search by %s has its traces', async (_, query, found) => {
    const collector = await startWithThreeTraces()
    const { body } = await search(collector, { ...ALL_DAY, ...query })
    const { summaries } = body as { summaries: { traceId: string }[] }
    expect(summaries.map(({ traceId }) => names[traceId])).toEqual(found)
  })

  test('a search can have parameters in snake_case, as Grafana sends them', async () => {
    const collector = await startWithThreeTraces()
    const query = new URLSearchParams({
      'query.service_name': 'shop',
      'query.operation_name': 'POST /pay',
      'query.start_time_min': ALL_DAY.startTimeMin,
      'query.start_time_max': ALL_DAY.startTimeMax,
      'query.duration_min': '500ms',
      'query.duration_max': '1s',
      'query.num_traces': '5',
      'query.attributes[http.response.status_code]': '402',
    })
    const { body } = await getJson(collector, `/api/v3/trace-summaries?${query}`)
    expect(body).toMatchObject({ summaries: [{ traceId: traceIds.pay }] })
    const full = await getJson(collector, `/api/v3/traces?${query}`)
    expect(full.body).toMatchObject({
      result: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'POST /pay' }] }] }] },
    })
  })

  test.each(['searchDepth', 'numTraces'])(
    'a search returns the latest traces, limited by %s',
    async (parameter) => {
      const collector = await startWithThreeTraces()
      const { body } = await search(collector, { ...ALL_DAY, [parameter]: '2' })
      expect((body as { summaries: object[] }).summaries).toMatchObject([
        { traceId: traceIds.page },
        { traceId: traceIds.pay },
      ])
    },
  )

  test('a search can have the maximum time', async () => {
    const collector = await startWithThreeTraces()
    const { status, body } = await search(collector, {
      startTimeMin: '0000-01-01T00:00:00Z',
      startTimeMax: '9999-12-31T23:59:59.999999999Z',
    })
    expect(status).toBe(200)
    expect((body as { summaries: object[] }).summaries).toHaveLength(3)
  })
})

describe('invalid searches', () => {
  test.each([
    ['no start', { startTimeMin: '' }, 'query.startTimeMin is required: a time of RFC 3339'],
    ['no end', { startTimeMax: '' }, 'query.startTimeMax is required: a time of RFC 3339'],
    ['a start that is not a time', { startTimeMin: 'yesterday' }, /^malformed parameter query.startTimeMin/],
    ['a day that does not exist', { startTimeMin: '2026-13-45T00:00:00Z' }, /as a time of RFC 3339$/],
    ['a time without a zone', { startTimeMin: '2026-11-21T00:00:00' }, /as a time of RFC 3339$/],
    ['a duration without a unit', { durationMin: '100' }, /'query.durationMin': invalid duration "100"$/],
    ['a duration of an unknown unit', { durationMin: '1d' }, /invalid duration "1d"$/],
    ['a duration below zero', { durationMax: '-1s' }, /invalid duration "-1s"$/],
    ['a duration that is too long', { durationMax: '99999999999999h' }, /invalid duration/],
    [
      'a max duration below the min duration',
      { durationMin: '2s', durationMax: '1s' },
      /should be greater than/,
    ],
    ['no traces', { searchDepth: '0' }, /"0" is less than 1$/],
    ['half a trace', { searchDepth: '0.5' }, /invalid integer "0.5"$/],
    ['attributes that are not JSON', { attributes: 'error=true' }, /cannot unmarshal JSON: error=true$/],
    ['attributes that are a list', { attributes: '["error"]' }, /expecting a JSON object/],
    ['an attribute that is an object', { attributes: '{"a":{}}' }, /expecting a text for "a"$/],
  ])('a search is a 400: %s', async (_, query, message) => {
    const collector = await startTestCollector()
    expect(await search(collector, { ...ALL_DAY, ...query })).toEqual(
      failure(400, expect.stringMatching(message)),
    )
  })
})

describe('a trace', () => {
  test('a trace is OTLP JSON with spans grouped by resource and scope, the earliest first', async () => {
    const collector = await startTestCollector()
    const [early, late] = [spanAt(0, 5), spanAt(10, 5)]
    await send(collector.otlpUrl, 'shop', late)
    await send(collector.otlpUrl, 'shop', early)
    const expected = { status: 200, body: { result: makeRequest('shop', [early, late]) } }
    expect(await getJson(collector, `/api/v3/traces/${TRACE_ID}`)).toEqual(expected)
    expect(await getJson(collector, `/api/v3/traces/${TRACE_ID.toUpperCase()}`)).toEqual(expected)
  })

  test('a trace is found by an id without leading zeros', async () => {
    const collector = await startTestCollector()
    await send(collector.otlpUrl, 'shop', spanAt(0, 5, { traceId: 'abc'.padStart(32, '0') }))
    expect((await getJson(collector, '/api/v3/traces/abc')).status).toBe(200)
  })

  test('an unknown trace is a 404', async () => {
    const collector = await startTestCollector()
    expect(await getJson(collector, `/api/v3/traces/${TRACE_ID}`)).toEqual(failure(404, 'trace not found'))
    const query = new URLSearchParams(prefixed(ALL_DAY))
    expect(await getJson(collector, `/api/v3/traces?${query}`)).toEqual(failure(404, 'No traces found'))
  })

  test.each(['xyz', 'a'.repeat(33), '%00', 'a b'])('the trace id %s is a 400', async (id) => {
    const collector = await startTestCollector()
    expect(await getJson(collector, `/api/v3/traces/${id}`)).toEqual(
      failure(400, expect.stringMatching(/^malformed parameter trace_id: ".*" is not a trace id$/)),
    )
  })
})

test('an unknown path is a 404 in the envelope of v3', async () => {
  const collector = await startTestCollector()
  expect(await getJson(collector, '/api/v3/nothing')).toEqual(failure(404, 'unknown path /api/v3/nothing'))
})

function search(collector: Collector, query: Readonly<Record<string, string>>) {
  return getJson(collector, `/api/v3/trace-summaries?${new URLSearchParams(prefixed(query))}`)
}

function prefixed(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [`query.${name}`, value]))
}

function attributes(values: Readonly<Record<string, string>>): { attributes: string } {
  return { attributes: JSON.stringify(values) }
}

function failure(httpCode: number, message: unknown) {
  return { status: httpCode, body: { error: { httpCode, message } } }
}
