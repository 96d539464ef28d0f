import { propagation, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api'
import { getSpanContext, setSpanContext } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { isSamplingDeferred } from './b3-propagator.ts'
import { createPropagator } from './propagators.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SHORT_ID = '8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'

type Headers = Readonly<Record<string, string | string[]>>

const extract = (propagator: TextMapPropagator, headers: Headers) =>
  propagator.extract(ROOT_CONTEXT, headers, {
    get: (carrier: Headers, name) => carrier[name],
    keys: (carrier: Headers) => Object.keys(carrier),
  })

function inject(propagator: TextMapPropagator, traceFlags: number): Record<string, string> {
  const headers: Record<string, string> = {}
  const context = setSpanContext(ROOT_CONTEXT, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags })
  propagator.inject(context, headers, {
    set: (carrier: Record<string, string>, name, value) => {
      carrier[name] = value
    },
  })
  return headers
}

/** The extracted ids and the sampling decision: 1, 0, or `?` if it is deferred to the receiver. */
function read(name: string, headers: Headers): string | undefined {
  const spanContext = getSpanContext(extract(createPropagator([name]), headers))
  if (!spanContext) return undefined
  const sampled = isSamplingDeferred(spanContext) ? '?' : spanContext.traceFlags
  return `${spanContext.traceId} ${spanContext.spanId} ${sampled}`
}

// https://github.com/openzipkin/b3-propagation
describe('B3', () => {
  const IDS = `${TRACE_ID}-${SPAN_ID}`
  test.each([
    [`${IDS}-1`, `${TRACE_ID} ${SPAN_ID} 1`],
    [`${IDS}-0`, `${TRACE_ID} ${SPAN_ID} 0`],
    [`${IDS}-d`, `${TRACE_ID} ${SPAN_ID} 1`],
    [IDS, `${TRACE_ID} ${SPAN_ID} ?`],
    [`${IDS}-1-${SPAN_ID}`, `${TRACE_ID} ${SPAN_ID} 1`],
    [`${IDS.toUpperCase()}-D`, `${TRACE_ID} ${SPAN_ID} 1`],
    [` ${IDS}-1 `, `${TRACE_ID} ${SPAN_ID} 1`],
    [`${SHORT_ID}-${SPAN_ID}-1`, `${'0'.repeat(16)}${SHORT_ID} ${SPAN_ID} 1`],
    ['', undefined],
    ['0', undefined],
    ['1', undefined],
    ['d', undefined],
    [`${TRACE_ID}1-${SPAN_ID}-1`, undefined],
    [`${SHORT_ID.slice(1)}-${SPAN_ID}-1`, undefined],
    [`${TRACE_ID}-${SPAN_ID}1-1`, undefined],
    [`${'0'.repeat(32)}-${SPAN_ID}-1`, undefined],
    [`${TRACE_ID}-${'0'.repeat(16)}-1`, undefined],
    [`${TRACE_ID}-${SPAN_ID.slice(1)}g-1`, undefined],
    [`${IDS}-1${' '.repeat(100)}`, undefined],
  ])('the b3 header "%s" is parsed to %s', (header, expected) => {
    expect(read('b3', { b3: header })).toBe(expected)
  })

  test.each([
    [{ 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': '1' }, `${TRACE_ID} ${SPAN_ID} 1`],
    [
      { 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': 'true' },
      `${TRACE_ID} ${SPAN_ID} 1`,
    ],
    [{ 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': '0' }, `${TRACE_ID} ${SPAN_ID} 0`],
    [{ 'x-b3-traceid': TRACE_ID, 'x-b3-spanid': SPAN_ID, 'x-b3-flags': '1' }, `${TRACE_ID} ${SPAN_ID} 1`],
    [{ 'x-b3-traceid': [TRACE_ID, 'x'], 'x-b3-spanid': ` ${SPAN_ID}` }, `${TRACE_ID} ${SPAN_ID} ?`],
    [{ 'x-b3-traceid': TRACE_ID, 'x-b3-sampled': '1' }, undefined],
    [{ 'x-b3-spanid': SPAN_ID, 'x-b3-sampled': '1' }, undefined],
  ])('the headers %j are parsed to %s', (headers, expected) => {
    expect(read('b3multi', headers)).toBe(expected)
  })

  test('B3 has one header or one for each part', () => {
    expect(inject(createPropagator(['b3']), 1)).toEqual({ b3: `${IDS}-1` })
    expect(inject(createPropagator(['b3multi']), 0)).toEqual({
      'x-b3-traceid': TRACE_ID,
      'x-b3-spanid': SPAN_ID,
      'x-b3-sampled': '0',
    })
  })
})

// https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format
describe('Jaeger', () => {
  test.each([
    [`${TRACE_ID}:${SPAN_ID}:0:1`, `${TRACE_ID} ${SPAN_ID} 1`],
    [`${TRACE_ID}:${SPAN_ID}:${SPAN_ID}:0`, `${TRACE_ID} ${SPAN_ID} 0`],
    [`${TRACE_ID}:${SPAN_ID}:0:3`, `${TRACE_ID} ${SPAN_ID} 1`],
    [`${TRACE_ID}:${SPAN_ID}:0:02`, `${TRACE_ID} ${SPAN_ID} 0`],
    [`${TRACE_ID}%3A${SPAN_ID}%3a0%3A1`, `${TRACE_ID} ${SPAN_ID} 1`],
    [`${TRACE_ID.toUpperCase()}:${SPAN_ID}:0:1`, `${TRACE_ID} ${SPAN_ID} 1`],
    [' a:b:0:1 ', `${'a'.padStart(32, '0')} ${'b'.padStart(16, '0')} 1`],
    ['', undefined],
    ['0:b:0:1', undefined],
    ['a:0:0:1', undefined],
    ['a:b::1', undefined],
    ['a:b:0', undefined],
    ['a:b:0:1:2', undefined],
    ['a:b:0:100', undefined],
    ['g:b:0:1', undefined],
    [`${TRACE_ID}a:b:0:1`, undefined],
    [`a:b:0:1${' '.repeat(128)}`, undefined],
  ])('the uber-trace-id header "%s" is parsed to %s', (header, expected) => {
    expect(read('jaeger', { 'uber-trace-id': header })).toBe(expected)
  })

  test('uber-trace-id has four fields', () => {
    expect(inject(createPropagator(['jaeger']), 3)).toEqual({ 'uber-trace-id': `${TRACE_ID}:${SPAN_ID}:0:1` })
  })
})

describe('several formats', () => {
  test('a format that is listed twice writes one header', () => {
    expect(createPropagator(['b3', 'jaeger', 'b3']).fields()).toEqual(
      createPropagator(['b3', 'jaeger']).fields(),
    )
  })

  test('the first name whose header is well formed decides the trace', () => {
    const headers = {
      'uber-trace-id': 'a:b:0:1',
      traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
      b3: 'malformed',
      baggage: 'k=v',
    }
    const context = extract(createPropagator(['b3', 'tracecontext', 'jaeger', 'baggage']), headers)
    expect(getSpanContext(context)?.traceId).toBe(TRACE_ID)
    expect(propagation.getBaggage(context)?.getEntry('k')?.value).toBe('v')
  })
})
