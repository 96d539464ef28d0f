import type { ResourceSpans } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { attribute, makeRequest, spanAt, TRACE_ID } from '../../test/otlp.ts'
import { openTestStore } from '../../test/store.ts'
import { legacyTraceJson, otlpTraceJson } from './trace-json.ts'

const resourceOf = (service: string, more: object = {}): ResourceSpans['resource'] => ({
  attributes: [attribute('service.name', service)],
  ...more,
})

function openWith(...resourceSpans: readonly ResourceSpans[]) {
  const { store, queries, database } = openTestStore()
  store({ resourceSpans })
  const rows = () => queries.spanRows(TRACE_ID)
  return {
    database,
    rows,
    queries,
    otlp: (): unknown => JSON.parse(`[${[...otlpTraceJson(rows(), queries)].join('')}]`),
    legacy: () => JSON.parse([...legacyTraceJson(TRACE_ID, rows(), queries)].join('')) as LegacyTrace,
  }
}

interface LegacyTrace {
  readonly traceID: string
  readonly spans: readonly { readonly operationName: string; readonly processID: string }[]
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>
}

const first = spanAt(0, 5, { name: 'span 0' })
const second = spanAt(1, 5, { name: 'span 1' })
const third = spanAt(2, 5, { name: 'span 2' })
const fourth = spanAt(3, 5, { name: 'span 3' })

describe('a trace in OTLP JSON', () => {
  test('a trace without spans has no resources', () => {
    expect(openWith().otlp()).toEqual([])
  })

  test('resources, scopes and their schema URLs are those that were sent', () => {
    const sent: ResourceSpans[] = [
      {
        resource: resourceOf('web', { droppedAttributesCount: 3 }),
        scopeSpans: [
          {
            scope: { name: 'fetch', version: '1.0.0' },
            spans: [first],
            schemaUrl: 'https://schema.example/2',
          },
          { scope: { name: 'load', attributes: [attribute('a', 1)] }, spans: [second] },
        ],
        schemaUrl: 'https://schema.example/1',
      },
      { resource: resourceOf('shop'), scopeSpans: [{ scope: { name: '' }, spans: [third] }] },
    ]
    expect(openWith(...sent).otlp()).toEqual(sent)
  })

  test('spans of one resource and scope are joined, and sorted by their start', () => {
    const scope = { name: 'fetch' }
    const ofSpans = (...spans: readonly (typeof first)[]): ResourceSpans => ({
      resource: resourceOf('web'),
      scopeSpans: [{ scope, spans }],
    })
    expect(openWith(ofSpans(fourth), ofSpans(second, first), ofSpans(third)).otlp()).toEqual([
      ofSpans(first, second, third, fourth),
    ])
  })

  test('resources that differ in their schema URL alone are separate', () => {
    const ofUrl = (schemaUrl: string, span: typeof first): ResourceSpans => ({
      resource: resourceOf('web'),
      scopeSpans: [{ scope: { name: 'fetch' }, spans: [span] }],
      schemaUrl,
    })
    const sent = [ofUrl('https://schema.example/1', first), ofUrl('https://schema.example/2', second)]
    expect(openWith(...sent).otlp()).toEqual(sent)
  })

  test('a span that is deleted while the trace is read is omitted, and the JSON is valid', () => {
    for (const deleted of [first, second, third]) {
      const { queries, database, rows } = openWith(
        ...makeRequest('web', [first, second, third]).resourceSpans,
      )
      const pieces = otlpTraceJson(rows(), queries)
      // The first piece is the resource. Spans are read one by one afterwards.
      let json = String(pieces.next().value)
      database.prepare('DELETE FROM spans WHERE span_id = ?').run(deleted.spanId)
      json += [...pieces].join('')
      const [entry] = JSON.parse(`[${json}]`) as ResourceSpans[]
      expect(entry?.scopeSpans[0]?.spans).toEqual([first, second, third].filter((span) => span !== deleted))
    }
  })

  test('a trace whose resource and scope were deleted while it is read has empty ones', () => {
    const { queries, database, rows } = openWith(...makeRequest('web', [first]).resourceSpans)
    const read = rows()
    database.exec('DELETE FROM resources; DELETE FROM scopes; DELETE FROM spans')
    expect(JSON.parse([...otlpTraceJson(read, queries)].join(''))).toEqual({
      resource: { attributes: [] },
      scopeSpans: [{ scope: { name: '' }, spans: [] }],
    })
  })
})

describe('a trace in the JSON of the legacy API', () => {
  test('each resource is a process, which its spans refer to', () => {
    const trace = openWith(
      ...makeRequest('web', [first, third]).resourceSpans,
      ...makeRequest('shop', [second]).resourceSpans,
    ).legacy()
    expect(trace.traceID).toBe(TRACE_ID)
    expect(
      trace.spans.map(({ operationName, processID }) => [
        operationName,
        trace.processes[processID]?.serviceName,
      ]),
    ).toEqual([
      ['span 0', 'web'],
      ['span 1', 'shop'],
      ['span 2', 'web'],
    ])
    expect(Object.keys(trace.processes)).toHaveLength(2)
  })

  test('each span has the scope that it was sent with', () => {
    const scoped = (name: string, span: typeof first): ResourceSpans => ({
      resource: resourceOf('web'),
      scopeSpans: [{ scope: { name }, spans: [span] }],
    })
    const { spans } = openWith(scoped('a', first), scoped('b', second), scoped('a', third)).legacy()
    expect(spans).toMatchObject(
      ['a', 'b', 'a'].map((value) => ({
        tags: expect.arrayContaining([{ key: 'otel.scope.name', type: 'string', value }]),
      })),
    )
  })

  test('a span that is deleted while the trace is read is omitted', () => {
    const { queries, database, rows } = openWith(...makeRequest('web', [first, second]).resourceSpans)
    const pieces = legacyTraceJson(TRACE_ID, rows(), queries)
    let json = String(pieces.next().value)
    database.prepare('DELETE FROM spans WHERE span_id = ?').run(first.spanId)
    json += [...pieces].join('')
    expect((JSON.parse(json) as LegacyTrace).spans).toMatchObject([{ operationName: 'span 1' }])
  })
})
