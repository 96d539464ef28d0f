import { type Attributes, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { beforeEach, describe, expect, test } from 'vitest'
import { addResourceEntry } from '../../test/resource-entry.ts'
import { TraceClock } from '../core/clock.ts'
import {
  ATTR_CLOCK_OFFSET,
  ATTR_DROPPED_SPANS,
  ATTR_INCOMPLETE,
  ATTR_KEPT,
  ATTR_SESSION_ID,
} from '../core/semconv.ts'
import { timingAttributes } from '../http/timing-attributes.ts'
import { createRedactor } from '../privacy/redact-attributes.ts'
import { KeptTraces } from '../sampling/kept-traces.ts'
import { PageSampler } from '../sampling/page-sampler.ts'
import type { EncodedSpan } from './batches.ts'
import { ExportCounts } from './export-counts.ts'
import { type SpanExtras, SpanQueue } from './span-queue.ts'

/** A queue behind a tracer provider, as in the page SDK. */
function createQueue() {
  const actionSpans = new Set<object>()
  const state = { on: true, sampled: true, queued: 0 }
  const clock = new TraceClock()
  const counts = new ExportCounts()
  const queue = new SpanQueue({
    clock,
    redactor: createRedactor(undefined),
    actions: { isAction: (span) => actionSpans.has(span) },
    recordingState: { isOn: () => state.on, session: { id: 'session-1' } },
    counts,
    onQueued: () => state.queued++,
  })
  const sampler = new PageSampler({ isOn: () => state.on, sampleRoot: () => state.sampled })
  const provider = new BasicTracerProvider({ sampler, spanProcessors: [queue] })
  return { queue, counts, clock, state, actionSpans, tracer: provider.getTracer('test', '1.2.3') }
}

/** Extras that only convert timings. */
const extras = (more: Partial<SpanExtras> = {}): SpanExtras => ({
  kept: new KeptTraces(5000),
  initial: [],
  onStart: () => {},
  describe: (_, timing) => (timing ? timingAttributes(timing) : {}),
  expand: (attributes) => attributes ?? {},
  ...more,
})

interface Encoded {
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[]
}

const spanOf = ({ json }: EncodedSpan) => JSON.parse(json) as Encoded
const namesOf = (spans: readonly EncodedSpan[]) => spans.map((span) => spanOf(span).name)
/** OTLP JSON writes integers as strings. */
const plainValue = ({ intValue, ...other }: Record<string, unknown>) =>
  intValue === undefined ? Object.values(other)[0] : Number(intValue)
const attributesOf = (span: EncodedSpan | undefined): Record<string, unknown> =>
  Object.fromEntries(span ? spanOf(span).attributes.map(({ key, value }) => [key, plainValue(value)]) : [])

let parts: ReturnType<typeof createQueue>
beforeEach(() => {
  parts = createQueue()
})

const startChild = (parent: ReturnType<typeof parts.tracer.startSpan>, name = 'child') =>
  parts.tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent))

test('ended spans are taken once, in the order of their ends, with their scope', () => {
  const { tracer, queue } = parts
  const first = tracer.startSpan('first')
  const second = tracer.startSpan('second')
  second.end()
  first.end()
  const taken = queue.takeEnded()
  expect(namesOf(taken)).toEqual(['second', 'first'])
  expect(taken.map(({ scope }) => JSON.parse(scope))).toEqual(
    [1, 2].map(() => ({ name: 'test', version: '1.2.3' })),
  )
  expect(queue.takeEnded()).toEqual([])
})

test('a queue with a span asks to be exported', () => {
  const { tracer, state } = parts
  const span = tracer.startSpan('a')
  expect(state.queued).toBe(0)
  span.end()
  expect(state.queued).toBe(1)
})

describe('attributes of all spans', () => {
  const keysOfNext = (attributes: Attributes = {}) => {
    parts.tracer.startSpan('a', { attributes }).end()
    return attributesOf(parts.queue.takeEnded()[0])
  }

  test('are set on later spans, until they are removed', () => {
    const { queue } = parts
    queue.setAttributes({ 'user.id': '7', 'app.plan': 'free' })
    expect(keysOfNext()).toMatchObject({ 'user.id': '7', 'app.plan': 'free' })
    queue.setAttributes({ 'user.id': undefined })
    expect(keysOfNext()).not.toHaveProperty('user.id')
    expect(keysOfNext()).toMatchObject({ 'app.plan': 'free' })
  })

  test('do not replace an attribute of the span', () => {
    parts.queue.setAttributes({ 'app.plan': 'free' })
    expect(keysOfNext({ 'app.plan': 'pro' })).toMatchObject({ 'app.plan': 'pro' })
  })

  test('of the extras are replaced by those that the application has set before', () => {
    parts.queue.setAttributes({ 'app.plan': 'pro' })
    parts.queue.complete(extras({ initial: [{ 'app.plan': 'free', tenant: 'a' }, { tenant: 'b' }] }))
    expect(keysOfNext()).toMatchObject({ 'app.plan': 'pro', tenant: 'b' })
  })

  test('are removed together', () => {
    parts.queue.setAttributes({ 'user.id': '7' })
    parts.queue.setAttributes()
    expect(keysOfNext()).not.toHaveProperty('user.id')
  })

  test('are not set on spans that have started', () => {
    const span = parts.tracer.startSpan('a')
    parts.queue.setAttributes({ 'user.id': '7' })
    span.end()
    expect(attributesOf(parts.queue.takeEnded()[0])).not.toHaveProperty('user.id')
  })
})

describe('a span without a parent in this page', () => {
  test('has the id of the session, and its children have not', () => {
    const root = parts.tracer.startSpan('root')
    startChild(root).end()
    root.end()
    const [child, own] = parts.queue.takeEnded()
    expect(attributesOf(own)[ATTR_SESSION_ID]).toBe('session-1')
    expect(attributesOf(child)).not.toHaveProperty(ATTR_SESSION_ID)
  })

  test('may have a remote parent', () => {
    const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true }
    parts.tracer.startSpan('load', {}, trace.setSpanContext(ROOT_CONTEXT, remote)).end()
    expect(attributesOf(parts.queue.takeEnded()[0])[ATTR_SESSION_ID]).toBe('session-1')
  })

  test('has the offset of the clock, by which its times are shifted', () => {
    const { tracer, queue, clock } = parts
    clock.zero().offsetMillis = 2000
    tracer.startSpan('a', { startTime: [1_790_000_000, 0] }).end([1_790_000_001, 0])
    const [span] = queue.takeEnded()
    expect(attributesOf(span)[ATTR_CLOCK_OFFSET]).toBe(2000)
    expect(span && spanOf(span)).toMatchObject({
      startTimeUnixNano: '1790000002000000000',
      endTimeUnixNano: '1790000003000000000',
    })
  })

  test('has the number of spans that were dropped since the last one', () => {
    const { tracer, queue, counts } = parts
    counts.drop(3, 'refused')
    tracer.startSpan('one').end()
    tracer.startSpan('other').end()
    const [one, other] = queue.takeEnded()
    expect(attributesOf(one)[ATTR_DROPPED_SPANS]).toBe(3)
    expect(attributesOf(other)).not.toHaveProperty(ATTR_DROPPED_SPANS)
  })
})

test('a span that cannot be encoded is counted, and the others are taken', () => {
  const { tracer, queue, counts } = parts
  tracer.startSpan('fine').end()
  tracer.startSpan('a', { startTime: [Number.NaN, 0] }).end([Number.NaN, 0])
  tracer.startSpan('fine, too').end()
  expect(namesOf(queue.takeEnded())).toEqual(['fine', 'fine, too'])
  expect(counts.health(0).droppedBy).toEqual({ invalid: 1 })
})

describe('attributes of an ended span', () => {
  test('can be added until it is taken', () => {
    const { tracer, queue } = parts
    const span = tracer.startSpan('a', { attributes: { one: 1 } })
    span.end()
    queue.addLate(span, { two: 2 })
    queue.addLate(span, { three: 3 })
    expect(attributesOf(queue.takeEnded()[0])).toMatchObject({ one: 1, two: 2, three: 3 })
    queue.addLate(span, { four: 4 })
    expect(queue.takeEnded()).toEqual([])
  })

  test('come from its resource timing once the conversion was loaded', () => {
    const { tracer, queue } = parts
    const timing = addResourceEntry({ startTime: 10, endTime: 30 }, { encodedSize: 77 })
    const end = () => {
      const span = tracer.startSpan('GET')
      queue.addTiming(span, timing)
      span.end()
      return attributesOf(queue.takeEnded()[0])
    }
    expect(end()).not.toHaveProperty('http.response.body.size')
    queue.complete(extras())
    expect(end()).toHaveProperty('http.response.body.size')
  })
})

describe('open spans of a page that is unloaded', () => {
  test('are marked as incomplete, and not exported again when they end', () => {
    const { tracer, queue } = parts
    const span = tracer.startSpan('open')
    tracer.startSpan('ended').end()
    queue.takeEnded()
    const open = queue.takeOpen()
    expect(namesOf(open)).toEqual(['open'])
    expect(attributesOf(open[0])[ATTR_INCOMPLETE]).toBe(true)
    const { startTimeUnixNano, endTimeUnixNano } = spanOf(open[0] as EncodedSpan)
    expect(BigInt(endTimeUnixNano) > 1_700_000_000_000_000_000n).toBe(true)
    expect(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano) < 60_000_000_000n).toBe(true)
    span.end()
    expect(queue.takeEnded()).toEqual([])
    expect(queue.takeOpen()).toEqual([])
  })

  test('are not exported when they are not sampled', () => {
    parts.state.sampled = false
    parts.tracer.startSpan('open')
    expect(parts.queue.takeOpen()).toEqual([])
  })

  test('are not exported after recording was switched off', () => {
    parts.tracer.startSpan('open')
    parts.state.on = false
    expect(parts.queue.takeOpen()).toEqual([])
  })
})

test('a span that ends while recording is off is not exported', () => {
  const { tracer, queue, state } = parts
  const span = tracer.startSpan('a')
  state.on = false
  span.end()
  state.on = true
  expect(queue.takeEnded()).toEqual([])
  expect(state.queued).toBe(0)
})

test.each([
  ['clear()', () => parts.queue.clear()],
  ['shutdown()', () => parts.queue.shutdown()],
])('%s removes ended, open and unsampled spans', async (_, remove) => {
  const { tracer, queue, state } = parts
  tracer.startSpan('ended').end()
  tracer.startSpan('open')
  state.sampled = false
  tracer.startSpan('failed').setStatus({ code: SpanStatusCode.ERROR }).end()
  await remove()
  queue.complete(extras())
  expect([queue.takeEnded(), queue.takeOpen()]).toEqual([[], []])
})

describe('spans that are not sampled', () => {
  beforeEach(() => {
    parts.state.sampled = false
  })

  const fail = (name: string) => {
    const span = parts.tracer.startSpan(name)
    span.setStatus({ code: SpanStatusCode.ERROR }).end()
  }

  test('are held until it can be decided about them', () => {
    const { queue, state } = parts
    fail('before')
    expect(queue.takeEnded()).toEqual([])
    expect(state.queued).toBe(0)
    queue.complete(extras())
    expect(state.queued).toBe(1)
    fail('after')
    const taken = queue.takeEnded()
    expect(namesOf(taken)).toEqual(['before', 'after'])
    expect(taken.map((span) => attributesOf(span)[ATTR_KEPT])).toEqual(['error', 'error'])
  })

  test('are held up to 1000', () => {
    for (let n = 0; n < 1005; n++) fail(`${n}`)
    parts.queue.complete(extras())
    expect(parts.queue.takeEnded()).toHaveLength(1000)
  })

  test('are exported only with an error or a slow action', () => {
    const { tracer, queue, actionSpans } = parts
    queue.complete(extras())
    tracer.startSpan('fine', { startTime: [1_790_000_000, 0] }).end([1_790_000_060, 0])
    const action = tracer.startSpan('slow', { startTime: [1_790_000_000, 0] })
    actionSpans.add(action)
    startChild(action).end()
    action.end([1_790_000_005, 0])
    const taken = queue.takeEnded()
    expect(namesOf(taken)).toEqual(['child', 'slow'])
    expect(attributesOf(taken[1])[ATTR_KEPT]).toBe('slow')
  })
})
