import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { context, createContextKey, ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import { tracing } from '../index.ts'

/** Runs code in a traced handler. Returns its result and the spans of the request, by name. */
async function inHandler<Result>(run: () => Result | Promise<Result>) {
  const collector = new TestCollector()
  let result: Result | undefined
  const app = new Hono().use(tracing(collector.options())).get('/', async (c) => {
    result = await run()
    return c.text('ok')
  })
  const ctx = createExecutionContext()
  await (await app.fetch(new Request('http://x/'), {}, ctx)).text()
  await waitOnExecutionContext(ctx)
  const spans = await collector.waitForSpans(1)
  return { result, spanOf: (name: string) => spans.find((span) => span.name === name) }
}

const KEY = createContextKey('own value')
const OTHER = createContextKey('other value')
const startSpan: Tracer['startSpan'] = (...args) => trace.getTracer('app').startSpan(...args)

// https://opentelemetry.io/docs/specs/otel/context/
describe('a context', () => {
  test('is immutable: a new value belongs to the new context only', async () => {
    const { result } = await inHandler(() => {
      const before = context.active()
      const after = before.setValue(KEY, 1)
      const later = after.setValue(KEY, 2).setValue(OTHER, 3)
      return [before, after, later].map((each) => [each.getValue(KEY), each.getValue(OTHER)])
    })
    expect(result).toEqual([
      [undefined, undefined],
      [1, undefined],
      [2, 3],
    ])
  })

  test('loses a value that is deleted, also if it was set twice, and keeps the others', async () => {
    const { result } = await inHandler(() => {
      const set = context.active().setValue(KEY, 1).setValue(OTHER, 2).setValue(KEY, 3)
      const deleted = set.deleteValue(KEY)
      return [set.getValue(KEY), deleted.getValue(KEY), deleted.getValue(OTHER)]
    })
    expect(result).toEqual([3, undefined, 2])
  })

  test('outside of a request is empty, and stays empty when a value is deleted', () => {
    const outside = context.active()
    expect(outside.deleteValue(KEY).getValue(KEY)).toBeUndefined()
    expect(trace.getSpan(outside)).toBeUndefined()
  })
})

describe('context.with', () => {
  test('passes on `this`, arguments and result', async () => {
    const { result } = await inHandler(() => {
      const own = context.active().setValue(KEY, 'set')
      const add = function (this: { base: number }, step: number) {
        return [this.base + step, context.active().getValue(KEY)]
      }
      return context.with(own, add, { base: 40 }, 2)
    })
    expect(result).toEqual([42, 'set'])
  })

  test('restores the context when the callback throws', async () => {
    const { result } = await inHandler(() => {
      const throwing = () => {
        throw new RangeError('thrown')
      }
      expect(() => context.with(context.active().setValue(KEY, 1), throwing)).toThrow(RangeError)
      return context.active().getValue(KEY)
    })
    expect(result).toBeUndefined()
  })
})

describe('context.bind', () => {
  test('a bound function runs in its context with the caller’s `this` and arguments', async () => {
    const { result } = await inHandler(() => {
      const bound = context.bind(
        context.active().setValue(KEY, 'bound'),
        function (this: unknown, ...args: number[]) {
          return [this, args, context.active().getValue(KEY)]
        },
      )
      return [bound.call('receiver', 1, 2), context.active().getValue(KEY)]
    })
    expect(result).toEqual([['receiver', [1, 2], 'bound'], undefined])
  })

  test('a function that is bound to ROOT_CONTEXT starts a trace in the running invocation', async () => {
    const { spanOf } = await inHandler(() => {
      const bound = context.bind(ROOT_CONTEXT, () => startSpan('bound').end())
      bound()
    })
    expect(spanOf('bound')?.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(spanOf('bound')?.traceId).not.toBe(spanOf('GET /')?.traceId)
    expect(spanOf('bound')?.parentSpanId ?? '').toBe('')
  })

  test.each([[undefined], [null], [5], [{ on: 1 }]])('%j, which is no function, is returned', (target) => {
    expect(context.bind(ROOT_CONTEXT, target)).toBe(target)
  })
})

describe('a span', () => {
  test('outside of a request records nothing and has the span context of its parent', () => {
    const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
    const span = startSpan('outside', {}, trace.setSpanContext(ROOT_CONTEXT, parent))
    expect(span.isRecording()).toBe(false)
    expect(span.spanContext()).toEqual(parent)
    expect(startSpan('outside').spanContext().traceId).toBe('0'.repeat(32))
  })

  test('with `root` starts a trace of its own', async () => {
    const { spanOf } = await inHandler(() => startSpan('own', { root: true }).end())
    expect(spanOf('own')?.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(spanOf('own')?.traceId).not.toBe(spanOf('GET /')?.traceId)
    expect(spanOf('own')?.parentSpanId ?? '').toBe('')
  })

  test.each([2, 3, 4])('startActiveSpan with %d arguments calls its last one in the span', async (count) => {
    const { result, spanOf } = await inHandler(() => {
      const tracer = trace.getTracer('app')
      const run = () => startSpan('child').end()
      const body = (span: { end(): void }) => {
        run()
        span.end()
        return 'result'
      }
      if (count === 2) return tracer.startActiveSpan('parent', body)
      if (count === 3) return tracer.startActiveSpan('parent', {}, body)
      return tracer.startActiveSpan('parent', {}, context.active(), body)
    })
    expect(result).toBe('result')
    expect(spanOf('child')?.parentSpanId).toMatch(/^[0-9a-f]{16}$/)
    expect(spanOf('child')?.parentSpanId).toBe(spanOf('parent')?.spanId)
    expect(spanOf('parent')?.parentSpanId).toBe(spanOf('GET /')?.spanId)
  })
})
