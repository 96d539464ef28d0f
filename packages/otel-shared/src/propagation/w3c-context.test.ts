import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type SpanContext,
} from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { getBaggage, getSpanContext, setBaggage, setSpanContext } from '../context/api-context.ts'
import { parseBaggage } from './baggage.ts'
import { createTraceState } from './tracestate.ts'
import { extractBaggage, extractTraceContext, injectBaggage, injectTraceContext } from './w3c-context.ts'

const SPAN_CONTEXT: SpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
const TRACEPARENT = `00-${SPAN_CONTEXT.traceId}-${SPAN_CONTEXT.spanId}-01`

type Headers = Record<string, string | string[]>

function inject(spanContext: SpanContext): Headers {
  const headers: Headers = {}
  injectTraceContext(setSpanContext(ROOT_CONTEXT, spanContext), headers, defaultTextMapSetter)
  return headers
}

function extract(headers: Headers): SpanContext | undefined {
  return getSpanContext(extractTraceContext(ROOT_CONTEXT, headers, defaultTextMapGetter))
}

describe('trace context', () => {
  test('a span becomes traceparent', () => {
    expect(inject(SPAN_CONTEXT)).toEqual({ traceparent: TRACEPARENT })
  })

  test('no header is written without a valid span', () => {
    expect(inject({ ...SPAN_CONTEXT, spanId: '0'.repeat(16) })).toEqual({})
    const headers = {}
    injectTraceContext(ROOT_CONTEXT, headers, defaultTextMapSetter)
    expect(headers).toEqual({})
  })

  test('a trace state becomes tracestate, an empty one does not', () => {
    const traceState = createTraceState(new Map([['shop', '1']]))
    expect(inject({ ...SPAN_CONTEXT, traceState })).toEqual({
      traceparent: TRACEPARENT,
      tracestate: 'shop=1',
    })
    expect(inject({ ...SPAN_CONTEXT, traceState: createTraceState() })).toEqual({ traceparent: TRACEPARENT })
  })

  test('a trace state over 512 characters loses its long members first, then its last ones', () => {
    const value = 'v'.repeat(97)
    const members = new Map([['long', 'l'.repeat(200)]])
    for (const key of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) members.set(key, value)
    const { tracestate } = inject({ ...SPAN_CONTEXT, traceState: createTraceState(members) })
    expect(tracestate).toBe(['a1', 'a2', 'a3', 'a4', 'a5'].map((key) => `${key}=${value}`).join())
  })

  test('traceparent and tracestate become a remote span context', () => {
    const spanContext = extract({ traceparent: TRACEPARENT, tracestate: 'shop=1' })
    expect(spanContext).toMatchObject({ ...SPAN_CONTEXT, isRemote: true })
    expect(spanContext?.traceState?.get('shop')).toBe('1')
  })

  test('a list with one traceparent is that one, and members of several tracestate headers are joined', () => {
    const spanContext = extract({ traceparent: [TRACEPARENT], tracestate: ['a=1', 'b=2'] })
    expect(spanContext?.traceState?.serialize()).toBe('a=1,b=2')
  })

  test.each([
    ['malformed', '00-1-2-3'],
    ['repeated', [TRACEPARENT, TRACEPARENT]],
    ['empty', []],
  ])('a %s traceparent counts as absent', (_, traceparent) => {
    expect(extract({ traceparent })).toBeUndefined()
    const headers = { traceparent, tracestate: 'shop=1' }
    expect(extractTraceContext(ROOT_CONTEXT, headers, defaultTextMapGetter)).toBe(ROOT_CONTEXT)
  })

  test('a malformed tracestate is dropped, and traceparent is kept', () => {
    const spanContext = extract({ traceparent: TRACEPARENT, tracestate: 'Shop=1' })
    expect(spanContext).toMatchObject(SPAN_CONTEXT)
    expect(spanContext?.traceState).toBeUndefined()
  })
})

describe('baggage', () => {
  test('entries become the header, and the header entries', () => {
    const headers: Headers = {}
    const baggage = parseBaggage('tier=gold,cart=7')
    if (!baggage) throw new Error('the header has entries')
    injectBaggage(setBaggage(ROOT_CONTEXT, baggage), headers, defaultTextMapSetter)
    expect(headers).toEqual({ baggage: 'tier=gold,cart=7' })
    const context = extractBaggage(ROOT_CONTEXT, headers, defaultTextMapGetter)
    expect(getBaggage(context)?.getEntry('tier')?.value).toBe('gold')
  })

  test('no header is written without entries', () => {
    const headers = {}
    injectBaggage(ROOT_CONTEXT, headers, defaultTextMapSetter)
    expect(headers).toEqual({})
  })

  test.each([[{}], [{ baggage: '' }], [{ baggage: 'no entry' }]])(
    '%j leaves the context unchanged',
    (headers) => {
      expect(extractBaggage(ROOT_CONTEXT, headers, defaultTextMapGetter)).toBe(ROOT_CONTEXT)
    },
  )
})
