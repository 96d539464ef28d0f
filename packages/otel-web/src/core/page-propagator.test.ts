import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import { extractBaggage, extractTraceContext, parseTracestate } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { PagePropagator } from './page-propagator.ts'

const TRACE = 'a'.repeat(32)
const SPAN = 'b'.repeat(16)

const contextOf = (span: Partial<SpanContext>, baggage: Record<string, string> = {}): Context => {
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: 1, ...span })
  const entries = Object.entries(baggage).map(([key, value]) => [key, { value }] as const)
  return entries.length > 0
    ? propagation.setBaggage(context, propagation.createBaggage(Object.fromEntries(entries)))
    : context
}

function inject(context: Context) {
  const carrier: Record<string, string> = {}
  new PagePropagator({}).inject(context, carrier, defaultTextMapSetter)
  return carrier
}

const traceState = parseTracestate('vendor=1')

// https://www.w3.org/TR/trace-context-2/ and https://www.w3.org/TR/baggage/
describe('the headers', () => {
  test.each<[string, Context, Record<string, string>]>([
    ['of a sampled span', contextOf({}), { traceparent: `00-${TRACE}-${SPAN}-01` }],
    [
      'of a span that is not sampled',
      contextOf({ traceFlags: 0 }),
      { traceparent: `00-${TRACE}-${SPAN}-00` },
    ],
    [
      'with a tracestate',
      contextOf(traceState ? { traceState } : {}),
      { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' },
    ],
    [
      'with baggage',
      contextOf({}, { tenant: 'a b', plan: 'free' }),
      { traceparent: `00-${TRACE}-${SPAN}-01`, baggage: 'tenant=a%20b,plan=free' },
    ],
    ['of no span are none', ROOT_CONTEXT, {}],
    ['of a trace id of zeros are none', contextOf({ traceId: '0'.repeat(32) }), {}],
    ['of a span id that is too short are none', contextOf({ spanId: 'b' }), {}],
  ])('%s', (_, context, headers) => {
    expect(inject(context)).toEqual(headers)
  })

  test('are named by fields()', () => {
    const context = contextOf(traceState ? { traceState } : {}, { a: '1' })
    expect(Object.keys(inject(context)).sort()).toEqual(new PagePropagator({}).fields().sort())
  })
})

describe('a carrier', () => {
  const carrier = { traceparent: `00-${TRACE}-${SPAN}-01`, baggage: 'tenant=a' }

  test('is not read before the extras were loaded', () => {
    const context = contextOf({})
    expect(new PagePropagator({}).extract(context, carrier, defaultTextMapGetter)).toBe(context)
  })

  test('is read once they were loaded', () => {
    const hooks: { extract?: PagePropagator['extract'] } = {}
    const propagator = new PagePropagator(hooks)
    hooks.extract = (context, from, getter) =>
      extractBaggage(extractTraceContext(context, from, getter), from, getter)
    const context = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
    expect(trace.getSpanContext(context)).toMatchObject({ traceId: TRACE, spanId: SPAN, isRemote: true })
    expect(propagation.getBaggage(context)?.getEntry('tenant')?.value).toBe('a')
  })
})
