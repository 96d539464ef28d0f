import { type SpanContext, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { KeptTraces } from './kept-traces.ts'

const SLOW_MILLIS = 5000

/** The fields of a span that matter here. */
function span(traceId: string, { millis = 10, isRoot = false, isRemoteChild = false, failed = false } = {}) {
  const parent: Partial<SpanContext> = { spanId: 'p', ...(isRemoteChild ? { isRemote: true } : {}) }
  return {
    spanContext: () => ({ traceId, spanId: 's', traceFlags: 0 }),
    parentSpanContext: isRoot ? undefined : parent,
    status: { code: failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    duration: [Math.floor(millis / 1000), (millis % 1000) * 1e6],
  } as unknown as ReadableSpan
}

test('a slow action is kept with the spans that ended before it', () => {
  const kept = new KeptTraces(SLOW_MILLIS)
  const child = span('a')
  const root = span('a', { isRoot: true, millis: 5000 })
  expect(kept.add(child, false)).toBeUndefined()
  expect(kept.add(root, true)).toEqual({ spans: [child, root], reason: 'slow', lost: 0 })
})

test('a page load that continues the trace of its HTML is an action', () => {
  const root = span('a', { isRemoteChild: true, millis: 6000 })
  expect(new KeptTraces(SLOW_MILLIS).add(root, true)).toMatchObject({ reason: 'slow' })
})

test('a long poll does not make a trace slow', () => {
  const kept = new KeptTraces(SLOW_MILLIS)
  expect(kept.add(span('a', { millis: 60_000 }), false)).toBeUndefined()
  expect(kept.add(span('a', { isRoot: true }), true)).toBeUndefined()
  expect(kept.add(span('b', { isRoot: true, millis: 60_000 }), false)).toBeUndefined()
})

test('a trace with an error is kept from the error on', () => {
  const kept = new KeptTraces(SLOW_MILLIS)
  kept.add(span('a'), false)
  const failed = span('a', { failed: true })
  expect(kept.add(failed, false)?.spans).toHaveLength(2)
  expect(kept.add(span('a', { isRoot: true }), true)).toMatchObject({ reason: 'error', lost: 0 })
})

test('spans that were discarded are counted if their trace is kept later', () => {
  const kept = new KeptTraces(SLOW_MILLIS)
  for (let n = 0; n < 1500; n++) kept.add(span('a'), false)
  const result = kept.add(span('a', { isRoot: true, millis: 6000 }), true)
  expect((result?.spans.length ?? 0) + (result?.lost ?? 0)).toBe(1501)
  expect(result?.lost).toBeGreaterThan(0)
  expect(kept.add(span('a'), false)).toMatchObject({ lost: 0 })
})

test('spans that other traces displaced are counted if their trace is kept later', () => {
  const kept = new KeptTraces(SLOW_MILLIS)
  kept.add(span('a'), false)
  for (let n = 0; n < 100; n++) for (let m = 0; m < 20; m++) kept.add(span(`b${n}`), false)
  expect(kept.add(span('a', { isRoot: true, failed: true }), true)).toMatchObject({ lost: 1 })
})

test('spans of a trace that is not kept are not counted', () => {
  const kept = new KeptTraces(SLOW_MILLIS)
  for (let n = 0; n < 5000; n++) {
    kept.add(span(`${n}`), false)
    expect(kept.add(span(`${n}`, { isRoot: true }), true)).toBeUndefined()
  }
  expect(kept.add(span('x', { isRoot: true, failed: true }), true)).toMatchObject({ lost: 0 })
})
