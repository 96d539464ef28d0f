import { isSpanContextValid, ROOT_CONTEXT, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AsyncContextManager } from '../context/async-context-manager.ts'
import { ExportCounts } from '../export/export-counts.ts'
import { TraceClock } from './clock.ts'
import { PageTracerProvider, type Reparent } from './page-tracer-provider.ts'

const exporter = new InMemorySpanExporter()
let counts: ExportCounts
let clock: TraceClock
let contexts: AsyncContextManager

beforeEach(() => {
  exporter.reset()
  counts = new ExportCounts()
  clock = new TraceClock()
  contexts = new AsyncContextManager().enable()
})
afterEach(() => {
  contexts.disable()
  vi.restoreAllMocks()
})

function createTracer(reparent: Reparent = (options) => options) {
  let flushed = 0
  const provider = new PageTracerProvider(
    { spanProcessors: [new SimpleSpanProcessor(exporter)] },
    {
      clock,
      pageContexts: contexts,
      exporter: {
        counts,
        async flush() {
          flushed++
        },
      },
    },
    reparent,
  )
  return { provider, tracer: provider.getTracer('test'), flushed: () => flushed }
}

const exported = () => exporter.getFinishedSpans()
const toMillis = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6
const getterThatThrows = (key: string) =>
  Object.defineProperty({}, key, {
    enumerable: true,
    get() {
      throw new Error('a bug of the app')
    },
  }) as Record<string, never>

describe('times', () => {
  test('have microseconds, so that sequential spans do not overlap', () => {
    let now = 1000.1234
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const { tracer } = createTracer()
    const first = tracer.startSpan('first')
    now = 1000.4567
    first.end()
    now = 1000.789
    tracer.startSpan('second').end()
    const [one, other] = exported()
    expect((one?.endTime[1] ?? 0) % 1_000_000).not.toBe(0)
    expect(toMillis(one?.endTime ?? [0, 0]) - toMillis(one?.startTime ?? [0, 0])).toBeCloseTo(0.333, 2)
    expect(toMillis(other?.startTime ?? [0, 0])).toBeGreaterThan(toMillis(one?.endTime ?? [0, 0]))
  })

  test('of one trace come from one clock when the wall clock is set', () => {
    const { tracer } = createTracer()
    const span = tracer.startSpan('a')
    const wall = Date.now()
    vi.spyOn(Date, 'now').mockReturnValue(wall + 3_600_000)
    const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, span))
    child.addEvent('e')
    child.end()
    span.end()
    for (const { startTime, endTime } of exported()) {
      expect(toMillis(endTime) - toMillis(startTime)).toBeLessThan(600_000)
      expect(toMillis(endTime)).toBeLessThan(wall + 600_000)
    }
    expect(toMillis(exported()[0]?.events[0]?.time ?? [0, 0])).toBeLessThan(wall + 600_000)
  })

  test.each<[string, SpanOptions['startTime']]>([
    ['HrTime', [1_790_000_000, 5000]],
    ['a Date', new Date(1_790_000_000_000)],
    ['Unix milliseconds', 1_790_000_000_000],
  ])('that the caller gives as %s are used', (_, time) => {
    createTracer()
      .tracer.startSpan('a', time === undefined ? {} : { startTime: time })
      .end(time)
    const [span] = exported()
    expect(span?.startTime[0]).toBe(1_790_000_000)
    expect(span?.endTime).toEqual(span?.startTime)
  })

  test('of events are given as the second or the third argument', () => {
    const { tracer } = createTracer()
    const span = tracer.startSpan('a')
    span.addEvent('second', [1_790_000_000, 1000])
    span.addEvent('third', { n: 1 }, [1_790_000_000, 2000])
    span.addEvent('date', new Date(1_790_000_000_000))
    span.addEvent('now', { n: 2 })
    span.end()
    const events = exported()[0]?.events ?? []
    expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['second', {}],
      ['third', { n: 1 }],
      ['date', {}],
      ['now', { n: 2 }],
    ])
    expect(events.slice(0, 3).map(({ time: [seconds] }) => seconds)).toEqual([
      1_790_000_000, 1_790_000_000, 1_790_000_000,
    ])
  })
})

describe('the parent', () => {
  test('is the span of the active context of the page', () => {
    const { tracer } = createTracer()
    const parent = tracer.startSpan('parent')
    contexts.with(trace.setSpan(ROOT_CONTEXT, parent), () => tracer.startSpan('child').end())
    expect(exported()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId)
  })

  test('is the span of the given context', () => {
    const { tracer } = createTracer()
    const parent = tracer.startSpan('parent')
    tracer.startActiveSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent), (child) => child.end())
    expect(exported()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId)
  })

  test('can be removed for each span', () => {
    const { tracer } = createTracer((options) => ({ ...options, root: true }))
    const parent = tracer.startSpan('parent')
    tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent)).end()
    expect(exported()[0]?.parentSpanContext).toBeUndefined()
    expect(exported()[0]?.spanContext().traceId).not.toBe(parent.spanContext().traceId)
  })
})

describe('a bug of the app', () => {
  test('in the options of a span gives a span that is not recorded, and is counted', () => {
    const { tracer } = createTracer()
    const span = tracer.startSpan('a', getterThatThrows('attributes'))
    span.setAttribute('a', 1).addEvent('e').end()
    expect(span.isRecording()).toBe(false)
    expect(isSpanContextValid(span.spanContext())).toBe(false)
    expect(counts.health(0).droppedBy).toEqual({ invalid: 1 })
    expect(exported()).toEqual([])
  })

  test('in the arguments of a method does not throw, and the span is exported', () => {
    const { tracer } = createTracer()
    const span = tracer.startSpan('a')
    const odd = getterThatThrows('key')
    expect(span.setAttributes(odd)).toBe(span)
    expect(span.addEvent('e', odd)).toBe(span)
    expect(span.setStatus(getterThatThrows('code') as never)).toBe(span)
    expect(span.addLinks([getterThatThrows('context') as never])).toBe(span)
    expect(span.addLink(undefined as never)).toBe(span)
    span.setAttribute('fine', 1)
    expect(span.end()).toBeUndefined()
    expect(exported()).toMatchObject([{ name: 'a', attributes: { fine: 1 } }])
  })
})

test.each<[string, unknown, object]>([
  ['an error', new RangeError('x'), { 'exception.type': 'RangeError', 'exception.message': 'x' }],
  ['a string', 'x', { 'exception.type': 'string', 'exception.message': 'x' }],
  ['null', null, { 'exception.type': 'null', 'exception.message': 'null' }],
])('recordException records %s', (_, error, attributes) => {
  const span = createTracer().tracer.startSpan('a')
  span.recordException(error as Error, [1_790_000_000, 0])
  span.end()
  const [recorded] = exported() as [ReadableSpan]
  expect(recorded.events).toMatchObject([{ name: 'exception', attributes, time: [1_790_000_000, 0] }])
  expect(recorded.status.code).toBe(SpanStatusCode.UNSET)
})

test('the tracer of one name is always the same', () => {
  const { provider } = createTracer()
  expect(provider.getTracer('a', '1')).toBe(provider.getTracer('a', '1'))
  expect(provider.getTracer('a', '1')).not.toBe(provider.getTracer('b', '1'))
})

test('forceFlush flushes the exporter of the page', async () => {
  const { provider, flushed } = createTracer()
  await provider.forceFlush()
  expect(flushed()).toBe(1)
})
