import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nodeGlobals } from '../../test/node-globals.ts'
import { TraceClock } from '../core/clock.ts'
import { Action } from './action.ts'
import { createErrorRecorder, type ErrorRecorder } from './error-recorder.ts'

const exporter = new InMemorySpanExporter()
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer(
  'test',
)
let record: ErrorRecorder

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 })
  exporter.reset()
  record = createErrorRecorder(tracer)
})
afterEach(() => {
  vi.useRealTimers()
})

function startAction(span: Span = tracer.startSpan('click Buy')) {
  const context = trace.setSpan(ROOT_CONTEXT, span)
  return new Action({
    name: 'click Buy',
    type: 'click',
    span,
    context,
    isRoot: true,
    startMillis: performance.now(),
    clock: new TraceClock(),
    globals: nodeGlobals,
    onUse: () => {},
    onEnd: () => {},
  })
}

const exported = () => exporter.getFinishedSpans()

test('an error without an action is a trace of its own', () => {
  record(new RangeError('x'), undefined, { 'app.page': 'cart' })
  expect(exported()).toMatchObject([
    {
      name: 'error',
      parentSpanContext: undefined,
      status: { code: SpanStatusCode.ERROR, message: 'x' },
      events: [{ attributes: { 'exception.type': 'RangeError', 'app.page': 'cart' } }],
    },
  ])
})

test('an error of an action is recorded on the action', () => {
  const action = startAction()
  record(new RangeError('x'), action)
  action.finish('ended')
  expect(exported()).toMatchObject([{ name: 'click Buy', status: { message: 'x' } }])
})

test('an error of an action that has ended is a trace of its own', () => {
  const action = startAction()
  action.use()
  action.finish('ended')
  record(new Error('x'), action)
  expect(exported().map(({ name }) => name)).toEqual(['click Buy', 'error'])
})

test('an error of an action that was not recorded is a trace of its own', () => {
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 }
  record(new Error('x'), startAction(trace.wrapSpanContext(context)))
  expect(exported().map(({ name }) => name)).toEqual(['error'])
})

test('an error that is thrown again is recorded once', () => {
  const error = new Error('x')
  record(error, undefined)
  record(error, startAction())
  record(new Error('x'), undefined)
  expect(exported()).toHaveLength(2)
})

test('a primitive that is thrown twice is recorded twice: it has no identity', () => {
  record('offline', undefined)
  record('offline', undefined)
  expect(exported()).toHaveLength(2)
})

test('at most 30 errors are recorded per minute', () => {
  for (let n = 0; n < 50; n++) record(new Error(`${n}`), undefined)
  expect(exported()).toHaveLength(30)
  vi.advanceTimersByTime(2000)
  record(new Error('later'), undefined)
  record(new Error('later'), undefined)
  expect(exported()).toHaveLength(31)
})
