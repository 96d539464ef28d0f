import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nodeGlobals } from '../../test/node-globals.ts'
import { TraceClock } from '../core/clock.ts'
import { ATTR_ACTION_END_REASON, ATTR_INCOMPLETE } from '../core/semconv.ts'
import type { PageGlobals } from '../platform/page-globals.ts'
import { PageSampler } from '../sampling/page-sampler.ts'
import { Action, type ActionParts, getAction } from './action.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Started {
  readonly action: Action
  readonly span: ReadableSpan
  /** How many milliseconds the span took. */
  readonly tookMillis: () => number
  readonly ends: string[]
}

function start(more: Partial<ActionParts> = {}, isOn = true, sampled = true): Started {
  const sampler = new PageSampler({ isOn: () => isOn, sampleRoot: () => sampled })
  const clock = new TraceClock()
  const startMillis = performance.now()
  const span = new BasicTracerProvider({ sampler })
    .getTracer('test')
    .startSpan('click Buy', { startTime: clock.at(undefined, startMillis) })
  const ends: string[] = []
  const action = new Action({
    name: 'click Buy',
    type: 'click',
    span,
    context: trace.setSpan(ROOT_CONTEXT, span),
    isRoot: true,
    startMillis,
    clock,
    globals: nodeGlobals,
    onUse: () => void ends.push('used'),
    onEnd: () => void ends.push('ended'),
    ...more,
  })
  const readable = span as unknown as ReadableSpan
  return {
    action,
    span: readable,
    tookMillis: () => Math.round(readable.duration[0] * 1000 + readable.duration[1] / 1e6),
    ends,
  }
}

const wait = (millis: number) => vi.advanceTimersByTime(millis)
const reasonOf = ({ span }: Started) => span.attributes[ATTR_ACTION_END_REASON]

describe('an action that causes nothing', () => {
  test('is never exported', () => {
    const started = start()
    wait(60_000)
    expect(started.action).toMatchObject({ used: false, ended: false })
    expect(started.span.ended).toBe(false)
    expect(started.ends).toEqual([])
  })

  test('is not exported when the page is unloaded', () => {
    const started = start()
    started.action.finish('pagehide')
    expect(started.span.ended).toBe(false)
    expect(started.ends).toEqual([])
  })
})

describe('an action ends', () => {
  test('100 ms and two frames after its last work, at the end of that work', () => {
    const started = start()
    const { action } = started
    const work = {}
    action.begin(work)
    action.use()
    wait(700)
    action.done(work, performance.now())
    wait(131)
    expect(action.ended).toBe(false)
    wait(1)
    expect(action.ended).toBe(true)
    expect(started.tookMillis()).toBe(700)
    expect(reasonOf(started)).toBe('done')
    expect(started.ends).toEqual(['used', 'ended'])
  })

  test('without frames, as in a hidden page, 600 ms after its last work', () => {
    const globals: PageGlobals = { ...nodeGlobals, requestAnimationFrame: () => 0 }
    const { action } = start({ globals })
    action.use()
    wait(599)
    expect(action.ended).toBe(false)
    wait(1)
    expect(action.ended).toBe(true)
  })

  test.each([
    ['in the grace period', 50],
    ['between the frames', 110],
  ])('later when work begins %s', (_, afterMillis) => {
    const started = start()
    const { action } = started
    action.use()
    wait(afterMillis)
    const work = {}
    action.begin(work)
    wait(5000)
    expect(action.ended).toBe(false)
    action.done(work, performance.now())
    wait(132)
    expect(started.tookMillis()).toBe(afterMillis + 5000)
  })

  test('at the latest end of its work, even if that was not reported last', () => {
    const started = start()
    const [one, other, timer] = [{}, {}, {}]
    for (const work of [one, other, timer]) started.action.begin(work)
    started.action.use()
    wait(300)
    started.action.done(one, performance.now())
    wait(100)
    started.action.done(other, performance.now() - 200)
    wait(100)
    // Work without a duration keeps the action open and does not move its end.
    started.action.done(timer)
    wait(132)
    expect(started.tookMillis()).toBe(300)
  })

  test('with its work given up after 15 seconds', () => {
    const started = start()
    started.action.begin({})
    started.action.use()
    wait(15_000 + 132)
    expect(started.tookMillis()).toBe(15_000)
    expect(reasonOf(started)).toBe('timeout')
  })

  test('after 30 seconds of work that goes on', () => {
    const started = start()
    started.action.use()
    for (let millis = 0; millis < 40_000 && !started.action.ended; millis += 50) {
      const work = {}
      started.action.begin(work)
      wait(50)
      started.action.done(work, performance.now())
    }
    expect(started.tookMillis()).toBe(30_000)
    expect(reasonOf(started)).toBe('timeout')
  })

  test('when the page ends it, with the reason', () => {
    const started = start()
    started.action.use()
    wait(20)
    started.action.finish('ended', performance.now())
    expect(started.tookMillis()).toBe(20)
    expect(reasonOf(started)).toBe('ended')
  })

  test('once', () => {
    const started = start()
    started.action.use()
    started.action.finish('ended')
    started.action.finish('pagehide')
    started.action.use()
    started.action.begin({})
    wait(60_000)
    expect(started.ends).toEqual(['used', 'ended'])
    expect(reasonOf(started)).toBe('ended')
  })
})

describe('an action that is cut off', () => {
  test.each<['hidden' | 'pagehide' | 'ended' | 'timeout', true | undefined]>([
    ['hidden', true],
    ['pagehide', true],
    ['ended', undefined],
    ['timeout', undefined],
  ])('by %s with pending work is incomplete: %s', (reason, incomplete) => {
    const started = start()
    started.action.begin({})
    started.action.use()
    wait(400)
    started.action.finish(reason)
    expect(started.span.attributes[ATTR_INCOMPLETE]).toBe(incomplete)
    expect(started.tookMillis()).toBe(400)
  })

  test('while only a timer is pending is complete and ends with its last work', () => {
    const started = start()
    const work = {}
    started.action.begin(work)
    started.action.wait({})
    started.action.use()
    wait(100)
    started.action.done(work, performance.now())
    wait(300)
    started.action.finish('pagehide')
    expect(started.span.attributes).not.toHaveProperty(ATTR_INCOMPLETE)
    expect(started.tookMillis()).toBe(100)
  })
})

describe('the paint of a result', () => {
  test('is the end of the action', () => {
    const started = start()
    started.action.awaitPaint()
    started.action.use()
    wait(1000)
    // The frame, and a task after it.
    expect(started.tookMillis()).toBe(16 + 1)
  })

  test('is not waited for longer than half a second', () => {
    const globals: PageGlobals = { ...nodeGlobals, requestAnimationFrame: () => 0 }
    const started = start({ globals })
    started.action.awaitPaint()
    started.action.use()
    wait(500 + 600)
    expect(started.action.ended).toBe(true)
    expect(started.tookMillis()).toBe(0)
  })

  test('after the end does not move it', () => {
    const started = start()
    started.action.use()
    wait(132)
    started.action.extendTo(performance.now())
    expect(started.tookMillis()).toBe(0)
  })
})

describe('an error', () => {
  test('is recorded once, sets the status and exports the action', () => {
    const started = start()
    const error = new RangeError('sold out')
    wait(30)
    started.action.fail(error, { 'app.step': 2 })
    started.action.fail(error)
    expect(started.span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'sold out' })
    expect(started.span.events).toMatchObject([{ name: 'exception', attributes: { 'app.step': 2 } }])
    wait(132)
    expect(started.tookMillis()).toBe(30)
  })

  test('of another object is another error', () => {
    const started = start()
    started.action.fail(new Error('x'))
    started.action.fail(new Error('x'))
    expect(started.span.events).toHaveLength(2)
  })
})

describe('work that is unknown', () => {
  test('does not end the action', () => {
    const { action } = start()
    const work = {}
    action.begin(work)
    action.begin(work)
    action.use()
    action.done({}, performance.now())
    wait(1000)
    expect(action.ended).toBe(false)
    action.done(work)
    action.done(work)
    wait(132)
    expect(action.ended).toBe(true)
  })
})

describe('work that starts later', () => {
  test('belongs to the action for 30 seconds', () => {
    const { action } = start()
    wait(30_000)
    expect(action.expired).toBe(false)
    wait(1)
    expect(action.expired).toBe(true)
  })

  test.each([
    ['click', false],
    ['pageload', true],
  ] as const)('after the end of a %s no longer belongs to it: %s', (type, expired) => {
    const { action } = start({ type })
    action.use()
    wait(132)
    expect(action.ended).toBe(true)
    expect(action.expired).toBe(expired)
  })

  test('counts from the creation of the object, not from an earlier start', () => {
    const { action } = start({ startMillis: performance.now() - 60_000 })
    expect(action.expired).toBe(false)
    action.use()
    wait(132)
    expect(action.ended).toBe(true)
  })
})

test.each([
  ['a sampled root', true, true, true],
  ['a child', false, true, false],
  ['a root that is not sampled', true, false, false],
])('%s is exported as a trace of this page: %s', (_, ...[isRoot, sampled, expected]) => {
  expect(start({ isRoot }, true, sampled).action.isExported).toBe(expected)
})

test('an action while recording is off is not recorded', () => {
  expect(start({}, false).action.isRecorded).toBe(false)
  expect(start().action.isRecorded).toBe(true)
})

test('an action is found in its context and in contexts below', () => {
  const { action } = start()
  expect(getAction(action.context)).toBe(action)
  expect(getAction(action.context.setValue(Symbol('x'), 1))).toBe(action)
  expect(getAction(ROOT_CONTEXT)).toBeUndefined()
})
