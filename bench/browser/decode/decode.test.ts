import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decode } from './decode.ts'

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const lines = (...values: unknown[]): Buffer =>
  Buffer.from(values.map((value) => JSON.stringify(value)).join('\n'))

const SPAN = { spanId: 'a1', parentSpanId: 'b2', name: 'GET', startTimeUnixNano: '1700000000123456789' }
const otlp = (span: object) => ({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })

describe('decode', () => {
  test('OTLP/JSON gives id, parent, name and start, gzipped or not', () => {
    const seen = [
      { spanId: 'a1', parentIds: ['b2'], name: 'GET', startMillis: expect.closeTo(1700000000123.457, 2) },
    ]
    expect(decode('/v1/traces', json(otlp(SPAN)))).toEqual(seen)
    expect(decode('/v1/traces', gzipSync(json(otlp(SPAN))))).toEqual(seen)
  })

  test('an empty parent id is no parent', () => {
    expect(decode('/v1/traces', json(otlp({ ...SPAN, parentSpanId: '' })))[0]?.parentIds).toEqual([])
  })

  test("Faro's envelope gives the user action it names on the span", () => {
    const attributes = [{ key: 'faro.action.user.name', value: { stringValue: 'buy-a' } }]
    const [span] = decode('/faro/collect', json({ traces: otlp({ ...SPAN, attributes }), events: [] }))
    expect(span).toMatchObject({ spanId: 'a1', actionName: 'buy-a' })
  })

  test("Sentry's envelope gives streamed spans, and a transaction with its spans", () => {
    const streamed = { items: [{ span_id: 'c3', parent_span_id: 'd4', name: 'GET', start_timestamp: 1.5 }] }
    const transaction = {
      type: 'transaction',
      transaction: '/',
      start_timestamp: 1,
      contexts: { trace: { span_id: 'd4' } },
      spans: [{ span_id: 'e5', parent_span_id: 'd4', description: 'GET', start_timestamp: 2 }],
    }
    const seen = decode(
      '/sentry',
      lines({}, { type: 'span' }, streamed, { type: 'transaction' }, transaction),
    )
    expect(seen.map(({ spanId, parentIds, startMillis }) => [spanId, parentIds, startMillis])).toEqual([
      ['c3', ['d4'], 1500],
      ['e5', ['d4'], 2000],
      ['d4', [], 1000],
    ])
  })

  test("Datadog's resource belongs to the actions it names, its decimal id in hex", () => {
    const action = { type: 'action', date: 5, action: { id: 'x', target: { name: 'Buy A' } } }
    const resource = { type: 'resource', date: 6, _dd: { span_id: '255' }, action: { id: ['x', 'y'] } }
    expect(decode('/datadog', lines(action, resource))).toEqual([
      { spanId: 'x', parentIds: [], name: 'Buy A', startMillis: 5 },
      { spanId: '00000000000000ff', parentIds: ['x', 'y'], name: 'resource', startMillis: 6 },
    ])
  })

  test("Elastic's span belongs to its transaction", () => {
    const body = lines(
      { metadata: {} },
      { transaction: { id: 't', name: 'buy-a' } },
      { span: { id: 's', transaction_id: 't', parent_id: 't', name: 'GET' } },
    )
    expect(decode('/intake/v2/rum/events', body)).toEqual([
      { spanId: 't', parentIds: [], name: 'buy-a', startMillis: 0 },
      { spanId: 's', parentIds: ['t'], name: 'GET', startMillis: 0 },
    ])
  })
})
