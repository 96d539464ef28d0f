import { describe, expect, test } from 'vitest'
import { attribute, EIGHT_O_CLOCK, makeRequest, makeSpan, spanAt, TRACE_ID } from '../../../test/otlp.ts'
import { openTestStore } from '../../../test/store.ts'
import type { TraceQuery } from './trace-finder.ts'

const EVER = { startMinNano: 0n, startMaxNano: 2n ** 63n - 1n, limit: 100 }
const otherTrace = 'b'.repeat(32)

describe('the catalogue', () => {
  test('the catalogue names each service once, in order', () => {
    const { store, queries } = openTestStore()
    expect(queries.services()).toEqual([])
    for (const service of ['web', 'api', 'web']) store(makeRequest(service, [makeSpan()]))
    expect(queries.services()).toEqual(['api', 'web'])
  })

  test('the catalogue names the operations of a service, of all kinds or of one', () => {
    const { store, queries } = openTestStore()
    store(
      makeRequest('web', [
        makeSpan({ name: 'GET', kind: 3 }),
        makeSpan({ name: 'GET', kind: 2 }),
        makeSpan({ name: 'GET', kind: 3 }),
        makeSpan({ name: 'click', kind: 0 }),
        makeSpan({ name: 'click', kind: 1 }),
      ]),
    )
    expect(queries.operations('web')).toEqual([
      { name: 'GET', spanKind: 'server' },
      { name: 'GET', spanKind: 'client' },
      { name: 'click', spanKind: 'internal' },
    ])
    expect(queries.operations('web', 'client')).toEqual([{ name: 'GET', spanKind: 'client' }])
    expect(queries.operations('api')).toEqual([])
  })

  test('the catalogue counts calls between different services in a period', () => {
    const { store, queries } = openTestStore()
    const parent = spanAt(0, 100)
    const child = (startMillis: number) => spanAt(startMillis, 10, { parentSpanId: parent.spanId })
    store(
      makeRequest('web', [parent, child(10)]),
      makeRequest('api', [child(20), child(30)]),
      makeRequest('job', [child(5_000)]),
    )
    const at = (millis: number) => EIGHT_O_CLOCK + BigInt(millis) * 1_000_000n
    expect(queries.dependencies(at(0), at(100))).toEqual([{ parent: 'web', child: 'api', callCount: 2 }])
    expect(queries.dependencies(at(0), 10n ** 30n)).toHaveLength(2)
    expect(queries.dependencies(at(25), at(100))).toEqual([{ parent: 'web', child: 'api', callCount: 1 }])
  })
})

describe('a search', () => {
  const fast = spanAt(0, 5, { name: 'GET /cart' })
  const slow = spanAt(1_000, 500, {
    traceId: otherTrace,
    name: 'POST /orders',
    status: { code: 2 },
    attributes: [attribute('user.tier', 'gold')],
  })
  const openFilled = () => {
    const test = openTestStore()
    test.store(makeRequest('web', [fast]), makeRequest('api', [slow]))
    return test.queries
  }

  test.each<[string, Partial<TraceQuery>, string[]]>([
    ['without conditions', {}, [otherTrace, TRACE_ID]],
    ['with a limit', { limit: 1 }, [otherTrace]],
    ['by service', { service: 'web' }, [TRACE_ID]],
    ['by a service without spans', { service: 'job' }, []],
    ['by operation', { operation: 'POST /orders' }, [otherTrace]],
    ['by service and operation of different spans', { service: 'web', operation: 'POST /orders' }, []],
    ['by a least duration', { durationMinNano: 500_000_000n }, [otherTrace]],
    ['by a greatest duration', { durationMaxNano: 5_000_000n }, [TRACE_ID]],
    ['by a minimum start', { startMinNano: EIGHT_O_CLOCK + 1n }, [otherTrace]],
    ['by a maximum start', { startMaxNano: EIGHT_O_CLOCK }, [TRACE_ID]],
    ['by an attribute', { tags: new Map([['user.tier', 'gold']]) }, [otherTrace]],
    ['by a service as a tag', { tags: new Map([['service.name', 'web']]) }, [TRACE_ID]],
    ['for failures', { tags: new Map([['error', 'true']]) }, [otherTrace]],
    ['for spans that did not fail', { tags: new Map([['error', 'false']]) }, [TRACE_ID]],
    [
      'for failures with an attribute',
      {
        tags: new Map([
          ['error', 'true'],
          ['user.tier', 'silver'],
        ]),
      },
      [],
    ],
    [
      'with times beyond 64 bits',
      { startMinNano: -(10n ** 30n), startMaxNano: 10n ** 30n },
      [otherTrace, TRACE_ID],
    ],
  ])('a search %s has its traces', (_, query, found) => {
    expect(openFilled().find({ ...EVER, ...query })).toEqual(found)
  })

  test('a search finds a trace once if any of its spans match', () => {
    const { store, queries } = openTestStore()
    store(makeRequest('web', [spanAt(0, 1), spanAt(5, 1), spanAt(9, 1)]))
    expect(queries.find({ ...EVER, service: 'web' })).toEqual([TRACE_ID])
  })
})

describe('a trace', () => {
  test('an unknown trace has no rows and no summary', () => {
    const { queries } = openTestStore()
    expect(queries.has(TRACE_ID)).toBe(false)
    expect(queries.spanRows(TRACE_ID)).toEqual([])
    expect(queries.summary(TRACE_ID)).toBeUndefined()
    expect(queries.revision(TRACE_ID)).toBe('0-0')
  })

  test('a trace is returned as it was sent, the earliest span first', () => {
    const { store, queries } = openTestStore()
    const [first, second] = [spanAt(0, 9), spanAt(3, 1)]
    store(makeRequest('web', [second, first]))
    const rows = queries.spanRows(TRACE_ID)
    expect(rows.map((row) => JSON.parse(queries.spanJson(row) ?? ''))).toEqual([first, second])
    expect(rows.map((row) => queries.resource(row))).toEqual(
      Array(2).fill({ resource: { attributes: [attribute('service.name', 'web')] } }),
    )
    expect(rows.map((row) => queries.scope(row))).toEqual(Array(2).fill({ scope: { name: 'test' } }))
  })

  test('a trace is read without a span that was deleted meanwhile', () => {
    const { database, store, queries } = openTestStore()
    store(makeRequest('web', [spanAt(0, 1)]))
    const [row] = queries.spanRows(TRACE_ID)
    database.exec('DELETE FROM spans; DELETE FROM resources; DELETE FROM scopes')
    expect(row && queries.spanJson(row)).toBeUndefined()
    expect(row && queries.resource(row)).toEqual({ resource: { attributes: [] } })
    expect(row && queries.scope(row)).toEqual({ scope: { name: '' } })
  })

  test('the revision of a trace changes with every span that arrives', () => {
    const { store, queries } = openTestStore()
    const revisions = [1, 2, 3].map((start) => {
      store(makeRequest('web', [spanAt(start, 1)]))
      return queries.revision(TRACE_ID)
    })
    expect(new Set(revisions).size).toBe(3)
    expect(queries.revision(TRACE_ID)).toBe(revisions[2])
  })

  test('the summary of a trace has its root, its times, its services and missing parents', () => {
    const { store, queries } = openTestStore()
    const root = spanAt(0, 100, { name: 'GET', attributes: [attribute('http.route', '/cart')] })
    store(
      makeRequest('web', [root]),
      makeRequest('api', [
        spanAt(10, 200, { parentSpanId: root.spanId, status: { code: 2 } }),
        spanAt(20, 5, { parentSpanId: 'f'.repeat(16) }),
      ]),
    )
    expect(queries.summary(TRACE_ID)).toEqual({
      traceId: TRACE_ID,
      rootServiceName: 'web',
      rootOperationName: 'GET',
      rootTarget: '/cart',
      minStartTimeUnixNano: String(EIGHT_O_CLOCK),
      maxEndTimeUnixNano: String(EIGHT_O_CLOCK + 210_000_000n),
      spanCount: 3,
      errorSpanCount: 1,
      orphanSpanCount: 1,
      services: [
        { name: 'web', spanCount: 1, errorSpanCount: 0 },
        { name: 'api', spanCount: 2, errorSpanCount: 1 },
      ],
    })
  })

  test('a trace without its root is named by the earliest span without its parent', () => {
    const { store, queries } = openTestStore()
    const orphan = spanAt(5, 1, { name: 'orphan', parentSpanId: 'f'.repeat(16) })
    store(makeRequest('web', [spanAt(0, 1, { name: 'child', parentSpanId: orphan.spanId }), orphan]))
    expect(queries.summary(TRACE_ID)).toMatchObject({ rootOperationName: 'orphan', orphanSpanCount: 1 })
  })

  test('the trace of a page is named by the page load below the server span of its HTML', () => {
    const { store, queries } = openTestStore()
    const server = spanAt(0, 10, { name: 'GET', kind: 2 })
    const load = spanAt(1, 50, {
      name: 'page load /',
      kind: 1,
      parentSpanId: server.spanId,
      attributes: [attribute('throughline.action.type', 'pageload')],
    })
    store(makeRequest('gateway', [server]), makeRequest('shop-web', [load]))
    expect(queries.summary(TRACE_ID)?.pageLoad).toEqual({
      serviceName: 'shop-web',
      operationName: 'page load /',
    })
  })

  test('the summary of a failed trace has the reason of the failed span without a failed child', () => {
    const { store, queries } = openTestStore()
    const failed = (message: string) => ({ status: { code: 2, message } })
    const root = spanAt(0, 100, { name: 'click', ...failed('HTTP 402') })
    const call = spanAt(10, 50, {
      name: 'POST /payments',
      parentSpanId: root.spanId,
      ...failed('card refused'),
    })
    store(
      makeRequest('web', [root]),
      makeRequest('payments', [
        call,
        spanAt(20, 5, { name: 'INSERT', parentSpanId: call.spanId }),
        spanAt(80, 5, { name: 'later', parentSpanId: root.spanId, ...failed('another') }),
      ]),
    )
    expect(queries.summary(TRACE_ID)?.failure).toEqual({
      serviceName: 'payments',
      operationName: 'POST /payments',
      reason: 'card refused',
    })
  })

  test('a summary has no reason if no span failed or the failed span does not give one', () => {
    const { store, queries } = openTestStore()
    store(makeRequest('web', [spanAt(0, 1)]))
    expect(queries.summary(TRACE_ID)).not.toHaveProperty('failure')
    store(makeRequest('web', [spanAt(2, 1, { status: { code: 2 } })]))
    expect(queries.summary(TRACE_ID)).not.toHaveProperty('failure')
  })
})
