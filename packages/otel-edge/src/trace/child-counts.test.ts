import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { SpanKind, type Tracer, trace } from '@opentelemetry/api'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import { type EdgeOptions, tracing } from '../index.ts'

const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
const ASKED = { traceparent: `${CALLER}-01`, tracestate: 'other=1,throughline=c:1' }

/** Sends a request, and returns the counts of each span that has any, by its name. */
async function countsOf(
  work: (tracer: Tracer) => unknown,
  headers: Readonly<Record<string, string>> = ASKED,
  options: EdgeOptions = {},
): Promise<Record<string, Record<string, unknown>>> {
  const collector = new TestCollector()
  const app = new Hono().use(tracing(collector.options(options))).get('/', async (c) => {
    await work(trace.getTracer('app'))
    return c.text('ok')
  })
  const ctx = createExecutionContext()
  expect((await app.fetch(new Request('http://x/', { headers }), {}, ctx)).status).toBe(200)
  await waitOnExecutionContext(ctx)
  const spans = await collector.spans()
  const counted = spans.map(({ name, values }) => {
    const counts = Object.entries(values).filter(([key]) => key.startsWith('throughline.children.'))
    return [name, Object.fromEntries(counts)] as const
  })
  return Object.fromEntries(counted.filter(([, counts]) => Object.keys(counts).length > 0))
}

const start = (tracer: Tracer, name: string, kind: SpanKind) => tracer.startSpan(name, { kind }).end()
const twoCalls = async () => {
  await fetch('data:text/plain,a').catch(() => undefined)
  await fetch('data:text/plain,b').catch(() => undefined)
}

describe('a trace whose tracestate has throughline=c:1', () => {
  test('has the number of requests on the span that sent them', async () => {
    expect(await countsOf(twoCalls)).toEqual({ 'GET /': { 'throughline.children.client': 2 } })
  })

  test('has a number for each kind of children', async () => {
    const counts = await countsOf((tracer) => {
      start(tracer, 'a', SpanKind.CLIENT)
      start(tracer, 'b', SpanKind.PRODUCER)
      start(tracer, 'c', SpanKind.PRODUCER)
      start(tracer, 'd', SpanKind.SERVER)
      start(tracer, 'e', SpanKind.CONSUMER)
      start(tracer, 'f', SpanKind.INTERNAL)
    })
    expect(counts).toEqual({
      'GET /': {
        'throughline.children.client': 1,
        'throughline.children.producer': 2,
        'throughline.children.server': 1,
        'throughline.children.consumer': 1,
        'throughline.children.internal': 1,
      },
    })
  })

  test('has the children of inner spans on these', async () => {
    const counts = await countsOf((tracer) =>
      tracer.startActiveSpan('outer', (outer) => {
        start(tracer, 'inner', SpanKind.CLIENT)
        outer.end()
      }),
    )
    expect(counts).toEqual({
      'GET /': { 'throughline.children.internal': 1 },
      outer: { 'throughline.children.client': 1 },
    })
  })

  test('counts a child that never ends', async () => {
    const counts = await countsOf((tracer) => void tracer.startSpan('open'))
    expect(counts).toEqual({ 'GET /': { 'throughline.children.internal': 1 } })
  })

  test('does not count a new root, nor a child of a span that has ended', async () => {
    const counts = await countsOf((tracer) => {
      tracer.startSpan('root', { root: true }).end()
      tracer.startActiveSpan('over', (over) => {
        over.end()
        start(tracer, 'late', SpanKind.CLIENT)
      })
    })
    expect(counts).toEqual({ 'GET /': { 'throughline.children.internal': 1 } })
  })

  test('leaves an attribute whose value is the key of a count', async () => {
    const counts = await countsOf((tracer) => {
      trace.getActiveSpan()?.setAttributes({ first: 'throughline.children.client', second: 7 })
      start(tracer, 'a', SpanKind.CLIENT)
    })
    expect(counts).toEqual({ 'GET /': { 'throughline.children.client': 1 } })
  })
})

describe('a trace has no counts', () => {
  test.each([
    ['without the member', undefined],
    ['with another value', 'throughline=c:0'],
    ['with more fields', 'throughline=c:1;d:2'],
    ['with the value in the member of another vendor', 'other=c:1'],
    ['with an invalid tracestate', 'throughline=c:1,A=1'],
  ])('%s', async (_, tracestate) => {
    const headers = { traceparent: ASKED.traceparent, ...(tracestate && { tracestate }) }
    expect(await countsOf(twoCalls, headers)).toEqual({})
  })

  test('when a caller that is not trusted asks for them', async () => {
    expect(await countsOf(twoCalls, ASKED, { trust: 'same-origin' })).toEqual({})
  })

  test('when it is not sampled', async () => {
    const headers = { ...ASKED, traceparent: `${CALLER}-00` }
    expect(await countsOf(twoCalls, headers, { keep: { errors: true } })).toEqual({})
  })
})
