import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { redactUrl } from '@throughline/otel-shared'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeGlobals } from '../../test/node-globals.ts'
import { addResourceEntry } from '../../test/resource-entry.ts'
import { TraceClock } from '../core/clock.ts'
import { ClockOffset } from '../core/clock-offset.ts'
import { PagePropagator } from '../core/page-propagator.ts'
import { BodyWatcher } from './body-end.ts'
import { followResponse } from './follow-response.ts'
import type { HttpParts } from './http-parts.ts'
import { createPropagationPolicy, type PropagationDecision } from './propagation-policy.ts'
import { ResourceTimings } from './resource-timings.ts'
import { startHttpCall } from './start-http-call.ts'
import { XhrCalls } from './xhr-calls.ts'

const spans = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })

let parts: HttpParts
let timed: Span[]
let errors: unknown[]
let notSent: [string, PropagationDecision][]
let stop: (() => void) | undefined

beforeEach(() => {
  spans.reset()
  timed = []
  errors = []
  notSent = []
  const clock = new TraceClock()
  const timings = new ResourceTimings()
  stop = timings.observe()
  parts = {
    tracer: provider.getTracer('test'),
    redactUrl: (url) => redactUrl(url),
    activeContext: () => ROOT_CONTEXT,
    propagator: new PagePropagator({}),
    clock,
    clockOffset: new ClockOffset(clock),
    timings,
    bodies: new BodyWatcher(),
    xhrCalls: new XhrCalls(),
    globals: nodeGlobals,
    decisionFor: createPropagationPolicy({ noPropagate: ['/out'] }, 'https://shop.example'),
    ignores: (method, { pathname }) => method === 'POST' && pathname === '/v1/traces',
    queue: { addTiming: (span) => void timed.push(span) },
    actions: { noteError: (error) => void errors.push(error) },
    onNotSent: (url, decision) => void notSent.push([url.href, decision]),
  }
})
afterEach(() => {
  parts.bodies.disable()
  stop?.()
})

const start = (url = 'https://shop.example/api', more: object = {}) =>
  startHttpCall(parts, { method: 'GET', url: new URL(url), ...more })
function started(url?: string, more?: object) {
  const call = start(url, more)
  if (!call) throw new Error('the request is not recorded')
  return call
}
const exported = () => spans.getFinishedSpans()
const toMillis = ([seconds, nanos]: ReadableSpan['endTime']) => seconds * 1000 + nanos / 1e6
const endMillisOf = (span: ReadableSpan | undefined) =>
  toMillis(span?.endTime ?? [0, 0]) - parts.clock.zero().unixMillis

describe('a request', () => {
  test('to the own origin has the headers of its span', () => {
    const { span, headers } = started()
    const { traceId, spanId } = span.spanContext()
    expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` })
    expect(notSent).toEqual([])
  })

  test.each<[string, PropagationDecision]>([
    ['https://api.example/', 'foreign origin'],
    ['https://shop.example/out', 'excluded by noPropagate'],
  ])('to %s has a span and no headers: %s', (url, decision) => {
    expect(started(url).headers).toEqual({})
    expect(notSent).toEqual([[url, decision]])
  })

  test.each(['data:,x', 'blob:https://shop.example/1', 'file:///a'])('to %s has no span', (url) => {
    expect(start(url)).toBeUndefined()
  })

  test('while recording is off has no span', () => {
    parts = { ...parts, decisionFor: () => 'not recording' }
    expect(start()).toBeUndefined()
  })

  test.each([
    ['POST', 'https://shop.example/v1/traces', null],
    ['POST', 'https://collector.example/v1/traces', null],
  ])('that exports telemetry is recorded by no SDK', (method, url, expected) => {
    expect(start(url, { method })).toBe(expected)
  })

  test('is a child of the active span', () => {
    const parent = provider.getTracer('test').startSpan('click')
    parts = { ...parts, activeContext: () => trace.setSpan(ROOT_CONTEXT, parent) }
    started().end(performance.now())
    expect(exported()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId)
  })

  test('from before the SDK was loaded has its own context and start', () => {
    const parent = provider.getTracer('test').startSpan('load')
    const early = { startMillis: 12.5, context: trace.setSpan(ROOT_CONTEXT, parent) }
    const call = started(undefined, { early })
    expect(call.startMillis).toBe(12.5)
    call.end(20)
    const [span] = exported()
    expect(span?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId)
    expect(toMillis(span?.startTime ?? [0, 0]) - parts.clock.zero().unixMillis).toBeCloseTo(12.5, 1)
    expect(endMillisOf(span)).toBeCloseTo(20, 1)
  })
})

describe('the end', () => {
  test('is reported once', () => {
    const call = started()
    call.end(performance.now())
    call.end(performance.now() + 1000, new Error('late'))
    expect(exported()).toHaveLength(1)
    expect(exported()[0]?.status.code).toBe(SpanStatusCode.UNSET)
    expect(errors).toEqual([])
  })

  test('with an error is noted for the action', () => {
    const error = new TypeError('Failed to fetch')
    started().end(performance.now(), error)
    expect(errors).toEqual([error])
    expect(exported()[0]?.attributes['error.type']).toBe('TypeError')
  })

  test('of an aborted request is no error', () => {
    const signal = AbortSignal.abort('the user left')
    started(undefined, { signal }).end(performance.now(), 'the user left')
    expect(exported()[0]?.status.code).toBe(SpanStatusCode.UNSET)
  })

  test('has the status of the response', () => {
    const call = started()
    call.answered(503)
    call.end(performance.now())
    expect(exported()[0]?.attributes).toMatchObject({
      'http.response.status_code': 503,
      'error.type': '503',
    })
  })
})

describe('the resource timing of a request', () => {
  /** Adds the entry of a request that starts now. */
  function complete(url: string, startTime: number, durationMillis: number): number {
    const endTime = startTime + durationMillis
    addResourceEntry({ startTime, endTime }, { url })
    parts.timings.takeRecords()
    return endTime
  }

  test('is kept for its attributes', () => {
    const call = started('https://shop.example/api#top')
    call.started()
    complete('https://shop.example/api', call.startMillis, 30)
    expect(timed).toEqual([call.span])
  })

  test('ends a request whose body is not read', () => {
    const call = started()
    call.started()
    call.answered(200)
    const endMillis = complete('https://shop.example/api', call.startMillis, 30)
    expect(endMillisOf(exported()[0])).toBeCloseTo(endMillis, 1)
  })

  test('does not end a request without a response: its own events do', () => {
    const call = started()
    call.started()
    complete('https://shop.example/api', call.startMillis, 30)
    expect(exported()).toEqual([])
  })
})

describe('a response', () => {
  test.each([204, 304])('of status %i ends with its headers', (status) => {
    const call = started()
    followResponse(parts, call, new Response(null, { status }), call.startMillis + 40)
    expect(endMillisOf(exported()[0])).toBeCloseTo(call.startMillis + 40, 1)
    expect(exported()[0]?.attributes['http.response.status_code']).toBe(status)
  })

  test('ends with its body', async () => {
    parts.bodies.enable()
    const response = new Response('text')
    followResponse(parts, started(), response)
    expect(exported()).toEqual([])
    await response.text()
    expect(exported()).toHaveLength(1)
  })

  test('whose body fails ends with the error', async () => {
    parts.bodies.enable()
    const failure = new TypeError('network error')
    const body = new ReadableStream({
      pull() {
        throw failure
      },
    })
    const response = new Response(body)
    followResponse(parts, started(), response)
    await expect(response.text()).rejects.toBe(failure)
    expect(errors).toEqual([failure])
    expect(exported()[0]?.status.code).toBe(SpanStatusCode.ERROR)
  })

  test.each([
    ['that is not read ends at its headers after ten seconds', false, 1],
    ['that the page has begun to read goes on', true, 0],
  ])('%s', (_, isTouched, count) => {
    const timers: { readonly callback: () => void; readonly delayMillis: number }[] = []
    const setTimeout = (callback: () => void, delayMillis: number) => timers.push({ callback, delayMillis })
    parts = { ...parts, globals: { ...nodeGlobals, setTimeout } }
    parts.bodies.enable()
    const response = new Response('text')
    followResponse(parts, started(), response)
    if (isTouched) response.body?.getReader()
    expect(timers).toMatchObject([{ delayMillis: 10_000 }])
    timers[0]?.callback()
    expect(exported()).toHaveLength(count)
  })
})
