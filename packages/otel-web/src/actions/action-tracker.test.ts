import { type Context, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nodeGlobals } from '../../test/node-globals.ts'
import { AsyncContextManager } from '../context/async-context-manager.ts'
import { TraceClock } from '../core/clock.ts'
import { PageIds } from '../core/page-ids.ts'
import type { Action } from './action.ts'
import { ActionTracker } from './action-tracker.ts'
import { runAction } from './manual-action.ts'

const exporter = new InMemorySpanExporter()
const REMOTE: SpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true }

let actions: ActionTracker
let contexts: AsyncContextManager
let provider: BasicTracerProvider
let ended: Action[]

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 })
  exporter.reset()
  ended = []
  contexts = new AsyncContextManager().enable()
  const ids = new PageIds()
  const tracer = () => provider.getTracer('test')
  actions = new ActionTracker({
    clock: new TraceClock(),
    globals: nodeGlobals,
    pageContexts: contexts,
    ids,
    get tracer() {
      return tracer()
    },
    onActionEnd: (action) => void ended.push(action),
  })
  provider = new BasicTracerProvider({
    idGenerator: ids,
    spanProcessors: [actions, new SimpleSpanProcessor(exporter)],
  })
})
afterEach(() => {
  contexts.disable()
  vi.useRealTimers()
})

const start = (more: Partial<Parameters<ActionTracker['start']>[0]> = {}) =>
  actions.start({
    name: 'click Buy',
    type: 'click',
    url: new URL('https://shop.example/orders/1234'),
    ...more,
  })
const startSpan = (name: string, parent: Context, options = {}) =>
  provider.getTracer('app').startSpan(name, options, parent)
const wait = (millis: number) => vi.advanceTimersByTime(millis)
const names = () => exporter.getFinishedSpans().map(({ name }) => name)

describe('the span of an action', () => {
  test('is a root with the type and the path', () => {
    const { span } = start()
    span.end()
    expect(exporter.getFinishedSpans()[0]).toMatchObject({
      name: 'click Buy',
      parentSpanContext: undefined,
      attributes: {
        'throughline.action.type': 'click',
        'url.full': 'https://shop.example/orders/1234',
        'url.path': '/orders/1234',
        'url.template': '/orders/:id',
      },
    })
  })

  test.each([
    ['of the loader', { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }],
    ['of the trace alone', { traceId: 'c'.repeat(32) }],
  ])('has the ids %s', (_, ids) => {
    expect(start({ ids }).span.spanContext()).toMatchObject(ids)
  })

  test('starts at the time of the event', () => {
    wait(1000)
    const { span } = start({ startMillis: performance.now() - 250 })
    span.end()
    const { startTime } = exporter.getFinishedSpans()[0] ?? { startTime: [0, 0] }
    expect(startTime).toEqual([1_790_000_000, 750_000_000])
  })

  test.each([
    ['without a parent is a root of this page', {}, true],
    [
      'below a remote span is a root of this page',
      { parent: trace.setSpanContext(ROOT_CONTEXT, REMOTE) },
      true,
    ],
    [
      'below a span of this page is not',
      { parent: trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, isRemote: false }) },
      false,
    ],
  ])('%s', (_, options, isExported) => {
    expect(start(options).isExported).toBe(isExported)
  })

  test('is known as one, also to a processor while it starts', () => {
    const { span } = start()
    expect(actions.isAction(span)).toBe(true)
    expect(actions.isAction(startSpan('GET', ROOT_CONTEXT))).toBe(false)
  })
})

describe('spans in the context of an action', () => {
  test('export it and keep it open until they end', () => {
    const action = start()
    const request = startSpan('GET', action.context)
    wait(5000)
    expect(action.ended).toBe(false)
    request.end()
    wait(132)
    expect(names()).toEqual(['GET', 'click Buy'])
    expect(ended).toEqual([action])
  })

  test('that are roots of their own do not', () => {
    const action = start()
    startSpan('job', action.context, { root: true }).end()
    wait(1000)
    expect(action.used).toBe(false)
    expect(names()).toEqual(['job'])
  })

  test('of spans below count, too', () => {
    const action = start()
    const outer = startSpan('outer', action.context)
    const inner = startSpan('inner', trace.setSpan(action.context, outer))
    outer.end()
    wait(1000)
    expect(action.ended).toBe(false)
    inner.end()
    wait(132)
    expect(action.ended).toBe(true)
  })
})

describe('when all actions are finished', () => {
  test('children end before their parents, and unused ones are not exported', async () => {
    const outer = start({ name: 'outer' })
    const inner = start({ name: 'inner', parent: outer.context })
    start({ name: 'unused' })
    startSpan('GET', inner.context)
    await actions.shutdown()
    expect(names()).toEqual(['inner', 'outer'])
  })
})

describe('the cause of an error', () => {
  test('is the action of its context, for objects only', () => {
    const action = start()
    const error = new Error('x')
    actions.noteError(error, action.context)
    actions.noteError('text', action.context)
    actions.noteError(null, action.context)
    expect(actions.causeOf(error)).toBe(action)
    expect(actions.causeOf(new Error('x'))).toBeUndefined()
    expect([actions.causeOf('text'), actions.causeOf(null)]).toEqual([undefined, undefined])
  })

  test('is unknown without an action', () => {
    const error = new Error('x')
    actions.noteError(error, ROOT_CONTEXT)
    expect(actions.causeOf(error)).toBeUndefined()
  })
})

test('the active action is that of the active context', () => {
  const action = start()
  expect(actions.active()).toBeUndefined()
  expect(contexts.with(action.context, () => actions.active())).toBe(action)
})

test('the 20 most recent actions are known', () => {
  for (let n = 0; n < 25; n++) start({ name: `${n}` })
  const all = actions.recent(() => true).map(({ name }) => name)
  expect(all).toEqual(Array.from({ length: 20 }, (_, n) => `${n + 5}`))
  expect(actions.recent(({ name }) => name === '7')).toHaveLength(1)
})

describe('an action of the app', () => {
  // The window, which dispatches `unhandledrejection`.
  const page = new EventTarget()
  beforeEach(() => {
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  const run = <T>(fn: Parameters<typeof runAction<T>>[2]) => {
    const action = start({ name: 'checkout', type: 'custom' })
    const errors: unknown[] = []
    const outcome = { value: undefined as T | undefined, thrown: undefined as unknown }
    try {
      outcome.value = runAction(contexts, action, fn, (error) => void errors.push(error))
    } catch (error) {
      outcome.thrown = error
    }
    return { action, errors, ...outcome }
  }

  test('returns the value of its function, which runs in its context', () => {
    const { action, value } = run((handle) => [handle.traceId, actions.active()?.name])
    expect(value).toEqual([action.span.spanContext().traceId, 'checkout'])
    wait(132)
    expect(names()).toEqual(['checkout'])
  })

  test('throws the error of its function, and reports it', () => {
    const failure = new Error('x')
    const { errors, thrown } = run(() => {
      throw failure
    })
    expect(thrown).toBe(failure)
    expect(errors).toEqual([failure])
    wait(132)
    expect(names()).toEqual(['checkout'])
  })

  test('lasts as long as the promise that its function returns', async () => {
    let resolve: (value: number) => void = () => {}
    const promise = new Promise<number>((fulfil) => {
      resolve = fulfil
    })
    const { action, value } = run(() => promise)
    expect(value).toBe(promise)
    wait(5000)
    expect(action.ended).toBe(false)
    resolve(7)
    await promise
    wait(132)
    expect(action.ended).toBe(true)
  })

  test('reports the rejection of that promise, also when it is undefined', async () => {
    for (const reason of [new Error('x'), undefined]) {
      let reject: (reason: unknown) => void = () => {}
      const promise = new Promise<number>((_, fail) => {
        reject = fail
      })
      const { errors, value } = run(() => promise)
      reject(reason)
      await value?.catch(() => {})
      expect(errors).toEqual([reason])
    }
  })

  test('can be held open and ended by its handle', () => {
    let release = () => {}
    const held = run((handle) => {
      release = handle.hold()
    })
    wait(5000)
    expect(held.action.ended).toBe(false)
    release()
    wait(132)
    expect(held.action.ended).toBe(true)

    const { action } = run((handle) => {
      handle.hold()
      handle.end()
    })
    expect(action.ended).toBe(true)
  })
})
