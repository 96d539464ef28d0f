import {
  createContextKey,
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

  test('a traceparent without a tracestate becomes a span context without a trace state', () => {
    expect(extract({ traceparent: TRACEPARENT })).toEqual({ ...SPAN_CONTEXT, isRemote: true })
    expect(extract({ traceparent: TRACEPARENT, tracestate: [] })).toEqual({ ...SPAN_CONTEXT, isRemote: true })
  })

  test('a tracestate without a traceparent is ignored', () => {
    const headers = { tracestate: 'shop=1' }
    expect(extractTraceContext(ROOT_CONTEXT, headers, defaultTextMapGetter)).toBe(ROOT_CONTEXT)
  })

  test('an extracted span replaces the span of the context, and its other values are kept', () => {
    const key = createContextKey('tenant')
    const before = setSpanContext(ROOT_CONTEXT.setValue(key, 'a'), {
      ...SPAN_CONTEXT,
      spanId: 'c'.repeat(16),
    })
    const after = extractTraceContext(before, { traceparent: TRACEPARENT }, defaultTextMapGetter)
    expect(getSpanContext(after)?.spanId).toBe(SPAN_CONTEXT.spanId)
    expect(after.getValue(key)).toBe('a')
    expect(getSpanContext(before)?.spanId).toBe('c'.repeat(16))
  })

  // https://www.w3.org/TR/trace-context-2/#a-traceparent-is-received
  test.each([
    ['the sampled flag', 1, '01'],
    ['the random flag', 2, '02'],
    ['both flags', 3, '03'],
    ['no flag', 0, '00'],
    ['an unknown flag', 8, '00'],
  ])('a span context with %s is propagated without unknown flags', (_, traceFlags, written) => {
    const headers = inject({ ...SPAN_CONTEXT, traceFlags })
    expect(headers.traceparent).toBe(TRACEPARENT.replace(/..$/, written))
    expect(extract(headers)).toEqual({ ...SPAN_CONTEXT, traceFlags: traceFlags & 3, isRemote: true })
  })

  // https://www.w3.org/TR/trace-context-2/#tracestate-limits
  test.each([
    ['of 512 characters in all are kept', [128, 127, 127, 127], 'abcd'],
    ['lose the last one when none is longer than 128', [128, 128, 127, 127], 'abc'],
    ['lose the one that is longer than 128', [129, 127, 127, 127], 'bcd'],
    ['lose the last of those that are longer than 128', [200, 200, 100, 10], 'acd'],
    ['lose all that are longer than 128, and then the last one', [300, 300, 128, 128, 128, 127], 'cde'],
    ['lose the only one', [513], ''],
  ])('members %s', (_, lengths, kept) => {
    const members = lengths.map((length, index): [string, string] => {
      const half = Math.min(length - 2, 255)
      const key = 'abcdef'.charAt(index)
      return [key + '0'.repeat(length - half - 2), 'v'.repeat(half)]
    })
    const { tracestate } = inject({ ...SPAN_CONTEXT, traceState: createTraceState(new Map(members)) })
    const expected = members.filter(([key]) => kept.includes(key.charAt(0))).map((member) => member.join('='))
    // An empty header should not be sent.
    expect(tracestate).toBe(kept === '' ? undefined : expected.join())
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
