import { createContextKey, INVALID_SPAN_CONTEXT, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { MapBaggage } from '../propagation/map-baggage.ts'
import {
  getBaggage,
  getSpan,
  getSpanContext,
  isSpanContextValid,
  NonRecordingSpan,
  setBaggage,
  setSpan,
  setSpanContext,
} from './api-context.ts'

const SPAN_CONTEXT = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }

describe('a span in a context', () => {
  test('a span that is set here is found by the API, and the reverse', () => {
    const span = new NonRecordingSpan(SPAN_CONTEXT)
    expect(trace.getSpan(setSpan(ROOT_CONTEXT, span))).toBe(span)
    expect(getSpan(trace.setSpan(ROOT_CONTEXT, span))).toBe(span)
  })

  test('a span context without a span can be set', () => {
    const context = setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT)
    expect(trace.getSpanContext(context)).toEqual(SPAN_CONTEXT)
    expect(getSpanContext(context)).toEqual(SPAN_CONTEXT)
  })

  test('the root context has no span', () => {
    expect(getSpan(ROOT_CONTEXT)).toBeUndefined()
    expect(getSpanContext(ROOT_CONTEXT)).toBeUndefined()
  })

  test('setting a span keeps the other values of the context', () => {
    const key = createContextKey('test')
    const context = setSpan(ROOT_CONTEXT.setValue(key, 'kept'), new NonRecordingSpan(SPAN_CONTEXT))
    expect(context.getValue(key)).toBe('kept')
  })
})

test('baggage that is set here is found by the API, and the reverse', () => {
  const baggage = new MapBaggage(new Map([['tier', { value: 'gold' }]]))
  const context = setBaggage(ROOT_CONTEXT, baggage)
  expect(propagation.getBaggage(context)).toBe(baggage)
  expect(getBaggage(propagation.setBaggage(ROOT_CONTEXT, baggage))).toBe(baggage)
  expect(getBaggage(ROOT_CONTEXT)).toBeUndefined()
})

test.each([
  [SPAN_CONTEXT, true],
  [INVALID_SPAN_CONTEXT, false],
  [{ ...SPAN_CONTEXT, traceId: INVALID_SPAN_CONTEXT.traceId }, false],
  [{ ...SPAN_CONTEXT, spanId: INVALID_SPAN_CONTEXT.spanId }, false],
  [{ ...SPAN_CONTEXT, traceId: '1'.repeat(31) }, false],
  [{ ...SPAN_CONTEXT, spanId: 'G'.repeat(16) }, false],
])('the span context %j is valid: %s', (spanContext, isValid) => {
  expect(isSpanContextValid(spanContext)).toBe(isValid)
  expect(trace.isSpanContextValid(spanContext)).toBe(isValid)
})

test('a non-recording span has its span context, and its setters have no effect', () => {
  const span = new NonRecordingSpan(SPAN_CONTEXT)
  const link = { context: SPAN_CONTEXT }
  const same = span.setAttribute().setAttributes().addEvent().addLink().addLinks().setStatus().updateName()
  expect(same).toBe(span)
  span.recordException()
  span.end()
  expect(span.isRecording()).toBe(false)
  expect(span.spanContext()).toBe(link.context)
})
