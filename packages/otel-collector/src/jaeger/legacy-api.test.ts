import { describe, expect, test } from 'vitest'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, EIGHT_O_CLOCK, makeSpan, send, spanAt, TRACE_ID } from '../../test/otlp.ts'
import type { Collector } from '../index.ts'

const START_MICROS = Number(EIGHT_O_CLOCK / 1000n)

test('services are returned in the legacy envelope', async () => {
  const collector = await startTestCollector()
  expect(await getJson(collector, '/api/services')).toEqual(success([]))
  for (const service of ['web', 'api']) await send(collector.otlpUrl, service, makeSpan())
  expect(await getJson(collector, '/api/services')).toEqual(success(['api', 'web']))
})

describe('operations', () => {
  test('the operations of a service with any name are unique names', async () => {
    const collector = await startTestCollector()
    const service = 'web/ÿ ?#%'
    const names = ['GET /x', 'click', 'GET /x']
    await send(collector.otlpUrl, service, ...names.map((name, kind) => makeSpan({ name, kind })))
    const path = `/api/services/${encodeURIComponent(service)}/operations`
    expect(await getJson(collector, path)).toEqual(success(['GET /x', 'click']))
    expect(await getJson(collector, '/api/services/unknown/operations')).toEqual(success([]))
  })

  test('operations have span kinds if the kind is a parameter', async () => {
    const collector = await startTestCollector()
    await send(collector.otlpUrl, 'web', makeSpan({ name: 'a', kind: 3 }), makeSpan({ name: 'b', kind: 2 }))
    expect(await getJson(collector, '/api/operations?service=web')).toEqual(
      success([
        { name: 'a', spanKind: 'client' },
        { name: 'b', spanKind: 'server' },
      ]),
    )
    expect(await getJson(collector, '/api/operations?service=web&spanKind=server')).toEqual(
      success([{ name: 'b', spanKind: 'server' }]),
    )
  })

  test('operations of a missing or malformed service are an error', async () => {
    const collector = await startTestCollector()
    expect(await getJson(collector, '/api/operations')).toEqual(
      failure(400, "parameter 'service' is required"),
    )
    expect(await getJson(collector, '/api/services/%ff/operations')).toEqual(
      failure(400, 'the path is not percent-encoded UTF-8'),
    )
  })
})

describe('a trace', () => {
  test('a trace has the format of Jaeger', async () => {
    const collector = await startTestCollector()
    const root = spanAt(0, 100, { spanId: '1'.repeat(16), name: 'click Buy', kind: 1 })
    const child = spanAt(10, 80, {
      spanId: '2'.repeat(16),
      parentSpanId: root.spanId,
      name: 'POST /orders',
      kind: 2,
      traceState: 'vendor=1',
      attributes: [
        attribute('http.route', '/orders'),
        attribute('count', 3),
        attribute('past 2^53', { intValue: '9007199254740993' }),
        attribute('share', 0.5),
        attribute('no number', { doubleValue: 'NaN' }),
        attribute('cached', false),
        attribute('bytes', { bytesValue: 'AP8=' }),
        attribute('list', { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }),
        attribute('map', { kvlistValue: { values: [attribute('k', true)] } }),
        attribute('nothing', {}),
      ],
      events: [
        {
          timeUnixNano: String(EIGHT_O_CLOCK + 20_000_999n),
          name: 'exception',
          attributes: [attribute('exception.type', 'OutOfStock')],
        },
      ],
      links: [{ traceId: 'b'.repeat(32), spanId: '3'.repeat(16), attributes: [attribute('why', 'retry')] }],
      status: { code: 2, message: 'out of stock' },
    })
    await send(collector.otlpUrl, 'shop', child)
    await send(collector.otlpUrl, 'web', root)

    const scope = { key: 'otel.scope.name', type: 'string', value: 'test' }
    const trace = {
      traceID: TRACE_ID,
      spans: [
        {
          traceID: TRACE_ID,
          spanID: root.spanId,
          operationName: 'click Buy',
          references: [],
          startTime: START_MICROS,
          duration: 100_000,
          tags: [scope, { key: 'span.kind', type: 'string', value: 'internal' }],
          logs: [],
          processID: 'p1',
          warnings: null,
        },
        {
          traceID: TRACE_ID,
          spanID: child.spanId,
          operationName: 'POST /orders',
          references: [
            { refType: 'CHILD_OF', traceID: TRACE_ID, spanID: root.spanId },
            { refType: 'FOLLOWS_FROM', traceID: 'b'.repeat(32), spanID: '3'.repeat(16) },
          ],
          startTime: START_MICROS + 10_000,
          duration: 80_000,
          tags: [
            { key: 'http.route', type: 'string', value: '/orders' },
            { key: 'count', type: 'int64', value: 3 },
            { key: 'past 2^53', type: 'int64', value: '9007199254740993' },
            { key: 'share', type: 'float64', value: 0.5 },
            { key: 'no number', type: 'float64', value: 'NaN' },
            { key: 'cached', type: 'bool', value: false },
            { key: 'bytes', type: 'binary', value: 'AP8=' },
            { key: 'list', type: 'string', value: '["a",1]' },
            { key: 'map', type: 'string', value: '{"k":true}' },
            { key: 'nothing', type: 'string', value: '' },
            scope,
            { key: 'span.kind', type: 'string', value: 'server' },
            { key: 'otel.status_code', type: 'string', value: 'ERROR' },
            { key: 'error', type: 'bool', value: true },
            { key: 'otel.status_description', type: 'string', value: 'out of stock' },
            { key: 'w3c.tracestate', type: 'string', value: 'vendor=1' },
          ],
          logs: [
            {
              timestamp: START_MICROS + 20_000,
              fields: [
                { key: 'event', type: 'string', value: 'exception' },
                { key: 'exception.type', type: 'string', value: 'OutOfStock' },
              ],
            },
          ],
          processID: 'p2',
          warnings: null,
        },
      ],
      processes: { p1: { serviceName: 'web', tags: [] }, p2: { serviceName: 'shop', tags: [] } },
      warnings: null,
    }
    expect(await getJson(collector, `/api/traces/${TRACE_ID}`)).toEqual(success([trace]))
  })

  test('an unknown trace is a 404, and a malformed id is a 400', async () => {
    const collector = await startTestCollector()
    expect(await getJson(collector, `/api/traces/${TRACE_ID}`)).toEqual(failure(404, 'trace not found'))
    expect(await getJson(collector, '/api/traces/xyz')).toEqual(
      failure(400, 'malformed parameter traceID: "xyz" is not a trace id'),
    )
  })

  test('a service without a name is called unknown_service', async () => {
    const collector = await startTestCollector()
    await send(collector.otlpUrl, '', spanAt(0, 1))
    expect((await getJson(collector, `/api/traces/${TRACE_ID}`)).body).toMatchObject({
      data: [{ processes: { p1: { serviceName: 'unknown_service' } } }],
    })
  })
})

describe('a search', () => {
  async function startWithTwoTraces(): Promise<Collector> {
    const collector = await startTestCollector()
    await send(
      collector.otlpUrl,
      'shop',
      spanAt(0, 50, { traceId: '1'.repeat(32), name: 'GET /cart', attributes: [attribute('a', 'b:c')] }),
      spanAt(1000, 500, { traceId: '2'.repeat(32), name: 'POST /pay', status: { code: 2 } }),
    )
    return collector
  }

  test.each([
    ['a service', {}, ['2', '1']],
    ['an operation', { operation: 'GET /cart' }, ['1']],
    ['a least duration', { minDuration: '100ms' }, ['2']],
    ['a most duration', { maxDuration: '0.1s' }, ['1']],
    ['a start in microseconds', { start: String(START_MICROS + 1) }, ['2']],
    ['an end in microseconds', { end: String(START_MICROS) }, ['1']],
    ['tags', { tags: '{"error":"true"}' }, ['2']],
    ['a tag', { tag: 'a:b:c' }, ['1']],
    ['a tag nothing has', { tag: 'a:b' }, []],
    ['empty tags', { tags: '' }, ['2', '1']],
    ['a limit', { limit: '1' }, ['2']],
    ['a time too far away to count', { start: '-999999999999999999', end: '999999999999999999' }, ['2', '1']],
  ])('a search by %s finds the matching traces, the latest first', async (_, query, found) => {
    const collector = await startWithTwoTraces()
    const { status, body } = await getJson(collector, `/api/traces?${searchParameters(query)}`)
    const ids = (body as { data: { traceID: string }[] }).data.map(({ traceID }) => traceID[0])
    expect({ status, ids }).toEqual({ status: 200, ids: found })
  })

  test('a search by a tag finds each span that has the tag in its response', async () => {
    const collector = await startTestCollector()
    const traceState = 'vendor=1'
    const status = { code: 2, message: 'card refused' }
    await send(
      collector.otlpUrl,
      'shop',
      spanAt(0, 1, { traceId: '1'.repeat(32), traceState, attributes: [attribute('error', true)] }),
      spanAt(1, 1, { traceId: '2'.repeat(32), status }),
      spanAt(2, 1, { traceId: '3'.repeat(32), attributes: [attribute('error', false)] }),
    )
    for (const [tags, found] of [
      [{ error: 'true' }, ['2', '1']],
      [{ 'otel.status_description': 'card refused' }, ['2']],
      [{ 'w3c.tracestate': traceState }, ['1']],
    ] as const) {
      const query = searchParameters({ tags: JSON.stringify(tags) })
      const { body } = await getJson(collector, `/api/traces?${query}`)
      expect((body as { data: { traceID: string }[] }).data.map(({ traceID }) => traceID[0])).toEqual(found)
    }
  })

  test('a search covers the last two days by default', async () => {
    const collector = await startTestCollector()
    const hours = (ago: number) => String(BigInt(Date.now() - ago * 3_600_000) * 1_000_000n)
    await send(
      collector.otlpUrl,
      'shop',
      makeSpan({ traceId: '1'.repeat(32), startTimeUnixNano: hours(47) }),
      makeSpan({ traceId: '2'.repeat(32), startTimeUnixNano: hours(49) }),
    )
    expect((await getJson(collector, '/api/traces?service=shop')).body).toMatchObject({
      data: [{ traceID: '1'.repeat(32) }],
      total: 1,
    })
  })

  test('a search for ids returns the known traces and names the unknown ids', async () => {
    const collector = await startWithTwoTraces()
    const [there, missing] = ['1'.repeat(32), '3'.repeat(32)]
    expect(await getJson(collector, `/api/traces?traceID=${there}&traceID=${missing}`)).toEqual({
      status: 200,
      body: {
        ...success([expect.objectContaining({ traceID: there })]).body,
        errors: [{ code: 404, msg: 'trace not found', traceID: missing }],
      },
    })
  })

  test.each([
    ['no service', { service: '' }, "parameter 'service' is required"],
    ['a start that is no number', { start: 'now' }, `unable to parse param 'start': invalid integer "now"`],
    ['a duration without a unit', { minDuration: '5' }, /'minDuration': invalid duration "5"$/],
    ['durations the wrong way round', { minDuration: '2s', maxDuration: '1s' }, /should be greater than/],
    ['a tag without a value', { tag: 'error' }, /expecting key:value, received: error$/],
    ['tags that are no JSON', { tags: '{' }, /cannot unmarshal JSON: {$/],
    ['no traces', { limit: '0' }, /"0" is less than 1$/],
  ])('a search is refused for %s', async (_, query, message) => {
    const collector = await startTestCollector()
    expect(await getJson(collector, `/api/traces?${searchParameters(query)}`)).toEqual(
      failure(400, expect.stringMatching(message)),
    )
  })
})

describe('dependencies', () => {
  test('dependencies are the numbers of calls between services in a period', async () => {
    const collector = await startTestCollector()
    const page = spanAt(0, 100)
    const gateways = [1, 2, 3].map((at) => spanAt(at, 50, { parentSpanId: page.spanId }))
    const inside = gateways.map(({ spanId }) => spanAt(5, 10, { parentSpanId: spanId }))
    const shop = inside.map(({ spanId }) => spanAt(6, 5, { parentSpanId: spanId }))
    const late = spanAt(60_000, 5, { parentSpanId: shop[0]?.spanId ?? '' })
    await send(collector.otlpUrl, 'web', page)
    await send(collector.otlpUrl, 'gateway', ...gateways, ...inside)
    await send(collector.otlpUrl, 'shop', ...shop)
    await send(collector.otlpUrl, 'web', late)

    const endMillis = Number(EIGHT_O_CLOCK / 1_000_000n) + 30_000
    expect(await getJson(collector, `/api/dependencies?endTs=${endMillis}&lookback=60000`)).toEqual(
      success([
        { parent: 'gateway', child: 'shop', callCount: 3 },
        { parent: 'web', child: 'gateway', callCount: 3 },
      ]),
    )
    expect(await getJson(collector, `/api/dependencies?endTs=${endMillis + 60_000}&lookback=60000`)).toEqual(
      success([{ parent: 'shop', child: 'web', callCount: 1 }]),
    )
  })

  test('dependencies cover the last day by default', async () => {
    const collector = await startTestCollector()
    const parent = makeSpan()
    const child = makeSpan({ traceId: parent.traceId, parentSpanId: parent.spanId })
    await send(collector.otlpUrl, 'web', parent)
    await send(collector.otlpUrl, 'shop', child)
    expect(await getJson(collector, '/api/dependencies')).toEqual(
      success([{ parent: 'web', child: 'shop', callCount: 1 }]),
    )
  })

  test('a malformed period is an error, and a distant one has no dependencies', async () => {
    const collector = await startTestCollector()
    expect(await getJson(collector, '/api/dependencies?endTs=noon')).toEqual(
      failure(400, `unable to parse param 'endTs': invalid integer "noon"`),
    )
    for (const query of ['endTs=999999999999999999&lookback=1', 'endTs=1&lookback=999999999999999999']) {
      expect(await getJson(collector, `/api/dependencies?${query}`)).toEqual(success([]))
    }
  })
})

test('an unknown path is a 404 in the legacy envelope', async () => {
  const collector = await startTestCollector()
  expect(await getJson(collector, '/api/nothing')).toEqual(failure(404, 'unknown path /api/nothing'))
})

/** Searches for `shop` around eight o'clock by default. */
function searchParameters(query: Readonly<Record<string, string>>): URLSearchParams {
  const around = { start: String(START_MICROS - 1), end: String(START_MICROS + 60_000_000) }
  return new URLSearchParams({ service: 'shop', ...around, ...query })
}

function success(data: readonly unknown[]) {
  return { status: 200, body: { data, total: data.length, limit: 0, offset: 0, errors: null } }
}

function failure(code: number, msg: unknown) {
  return { status: code, body: { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] } }
}
