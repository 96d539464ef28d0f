import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { type Span, type Tracer, trace } from '@opentelemetry/api'
import { type ReceivedSpan, textOf } from '@throughline/otel-testing'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import { tracing } from '../index.ts'

/** The spans of a request whose handler calls `use` with a tracer. The server span is the last. */
async function sent(
  use: (tracer: Tracer) => void,
  env: object = {},
): Promise<{ spans: readonly ReceivedSpan[]; body: string; droppedSpans: unknown }> {
  const collector = new TestCollector()
  const app = new Hono().use(tracing(collector.options())).get('/', (c) => {
    use(trace.getTracer('app'))
    return c.text('ok')
  })
  app.onError((error) => {
    throw error
  })
  const ctx = createExecutionContext()
  expect((await app.fetch(new Request('http://x/'), env, ctx)).status).toBe(200)
  await waitOnExecutionContext(ctx)
  const [request] = await collector.requests()
  const dropped = request?.resourceSpans?.[0]?.resource.attributes.find(
    ({ key }) => key === 'throughline.dropped_spans',
  )
  const [exported] = await collector.exports()
  return {
    spans: await collector.spans(),
    body: exported ? textOf(exported) : '',
    droppedSpans: dropped?.value.intValue,
  }
}

const odd = (value: unknown) => value as never
const throwing = {
  toString() {
    throw new Error('not readable')
  },
}

describe('an invalid span', () => {
  test.each<[string, (span: Span) => unknown]>([
    ['updateName(null)', (span) => span.updateName(odd(null))],
    ['updateName(Symbol())', (span) => span.updateName(odd(Symbol('x')))],
    ['setAttribute(null, 1)', (span) => span.setAttribute(odd(null), 1)],
    ['setAttribute("a", a bigint)', (span) => span.setAttribute('a', odd(1n))],
    ['setAttribute("a", a symbol)', (span) => span.setAttribute('a', odd(Symbol('x')))],
    [
      'setAttribute("a", a function)',
      (span) =>
        span.setAttribute(
          'a',
          odd(() => 1),
        ),
    ],
    ['setAttribute("a", an object)', (span) => span.setAttribute('a', odd({ toJSON: throwing.toString }))],
    ['setAttribute("a", a list of objects)', (span) => span.setAttribute('a', odd([{}]))],
    ['setAttributes(null)', (span) => span.setAttributes(odd(null))],
    ['setAttributes("text")', (span) => span.setAttributes(odd('text'))],
    [
      'setAttributes with a getter that throws',
      (span) =>
        span.setAttributes(odd(Object.defineProperty({}, 'a', { enumerable: true, get: throwing.toString }))),
    ],
    ['addEvent(undefined)', (span) => span.addEvent(odd(undefined))],
    ['addEvent(what has no text)', (span) => span.addEvent(odd(throwing))],
    ['addEvent at no time', (span) => span.addEvent('e', new Date(Number.NaN))],
    ['addLink(undefined)', (span) => span.addLink(odd(undefined))],
    ['addLink({})', (span) => span.addLink(odd({}))],
    ['addLinks(null)', (span) => span.addLinks(odd(null))],
    ['setStatus(undefined)', (span) => span.setStatus(odd(undefined))],
    ['setStatus(an object for a message)', (span) => span.setStatus({ code: 2, message: odd(throwing) })],
    ['recordException(undefined)', (span) => span.recordException(odd(undefined))],
    ['recordException(a symbol)', (span) => span.recordException(odd(Symbol('x')))],
    ['end(in a year that OTLP does not have)', (span) => span.end(odd(1e20))],
    ['end(text)', (span) => span.end(odd('now'))],
  ])('a span with %s is exported, and so are the other spans', async (_, use) => {
    const { spans } = await sent((tracer) => {
      tracer.startSpan('before').end()
      const span = tracer.startSpan('odd', { attributes: { kept: 'yes' } })
      use(span)
      span.end()
    })
    expect(spans.map(({ name }) => name)).toEqual(['before', 'odd', 'GET /'])
    expect(spans[1]?.values.kept).toBe('yes')
    expect(BigInt(spans[1]?.endTimeUnixNano ?? 0)).toBeLessThan(2n ** 64n)
  })

  test.each<[string, unknown[]]>([
    ['undefined', [undefined]],
    ['[unreadable]', [throwing]],
    ['Symbol(x)', [Symbol('x')]],
    ['null', [null, null]],
    ['name', ['name', { links: null, attributes: 'no', kind: 'odd', startTime: 'odd' }]],
    ['name', ['name', { links: [null, {}], attributes: [1], kind: -7, startTime: -1 }]],
  ])('startSpan(…) with %j starts a span', async (name, args) => {
    const { spans } = await sent((tracer) =>
      (tracer.startSpan as (...all: unknown[]) => Span).apply(tracer, args).end(),
    )
    expect(spans.map((span) => span.name)).toEqual([name, 'GET /'])
  })

  test('a span counts dropped attributes', async () => {
    const { spans } = await sent((tracer) => {
      const span = tracer.startSpan('odd', {
        attributes: odd({ a: 1n, b: {}, c: 'kept', d: undefined, e: null }),
      })
      span
        .setAttribute('f', odd(Symbol('x')))
        .addEvent('e', odd({ g: [[1]], h: 1 }))
        .end()
    })
    expect(spans[0]).toMatchObject({ droppedAttributesCount: 3, values: { c: 'kept' } })
    expect(spans[0]?.events[0]).toMatchObject({ droppedAttributesCount: 1, attributes: [{ key: 'h' }] })
  })

  test('a span larger than any receiver accepts is dropped and counted', async () => {
    const { spans, droppedSpans } = await sent((tracer) => {
      const attributes = Object.fromEntries(
        Array.from({ length: 100 }, (_, index) => [`a${index}`, 'x'.repeat(16_000)]),
      )
      tracer.startSpan('huge', { attributes }).end()
      tracer.startSpan('after').end()
    })
    expect(spans.map(({ name }) => name)).toEqual(['after', 'GET /'])
    expect(droppedSpans).toBe('1')
  })
})

describe('a link', () => {
  const zeros = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }
  const traceState = { serialize: () => 'a=1' }
  test.each([
    ['no ids', { context: zeros }, 0],
    ['no ids and an attribute', { context: zeros, attributes: { a: 1 } }, 1],
    ['no ids and a tracestate', { context: { ...zeros, traceState } }, 1],
    ['malformed ids and an attribute', { context: { ...zeros, traceId: 'x' }, attributes: { a: 1 } }, 1],
    ['malformed ids', { context: { ...zeros, traceId: 'x' } }, 0],
    ['no context and an attribute', { attributes: { a: 1 } }, 1],
  ])('a link with %s is recorded if it has attributes or a tracestate: %j', async (_, link, count) => {
    const { spans } = await sent((tracer) => tracer.startSpan('s').addLink(odd(link)).end())
    expect(spans[0]?.links).toHaveLength(count)
    if (count) expect(spans[0]?.links[0]).toMatchObject({ traceId: zeros.traceId, spanId: zeros.spanId })
  })
})

describe('text', () => {
  test.each([
    ['a value', (tracer: Tracer, text: string) => tracer.startSpan('s', { attributes: { text } }).end()],
    [
      'a value in a list',
      (tracer: Tracer, text: string) => tracer.startSpan('s', { attributes: { text: [text] } }).end(),
    ],
    ['a key', (tracer: Tracer, text: string) => tracer.startSpan('s', { attributes: { [text]: 1 } }).end()],
    ['the name', (tracer: Tracer, text: string) => tracer.startSpan(text).end()],
    ['the name of an event', (tracer: Tracer, text: string) => tracer.startSpan('s').addEvent(text).end()],
    [
      'the message of a status',
      (tracer: Tracer, text: string) => tracer.startSpan('s').setStatus({ code: 2, message: text }).end(),
    ],
    [
      'an exception',
      (tracer: Tracer, text: string) => {
        const span = tracer.startSpan('s')
        span.recordException(new Error(text))
        span.end()
      },
    ],
    ['the name of a scope', (_: Tracer, text: string) => trace.getTracer(text).startSpan('s').end()],
  ])('the text of %s is well formed, with U+FFFD for lone surrogates', async (_, use) => {
    const { body } = await sent((tracer) => use(tracer, 'a\ud83d b\ude00 \\ud83d 😀'))
    expect(body).not.toMatch(/(?<!\\)(?:\\\\)*\\ud[89a-f]/)
    expect(body).toContain('a\ufffd b\ufffd \\\\ud83d 😀')
  })

  test.each([
    [`${'x'.repeat(16_383)}😀`, 16_383],
    [`${'x'.repeat(16_382)}😀`, 16_384],
    ['x'.repeat(1_000_000), 16_384],
  ])('a value is truncated to 16,384 characters, never between surrogates', async (text, length) => {
    const { spans } = await sent((tracer) => tracer.startSpan('s', { attributes: { text } }).end())
    expect(spans[0]?.values.text).toBe(text.slice(0, length))
  })

  test.each([
    [{ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4' }, 'abcd', ['wxyz']],
    [{ OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4' }, 'abc', ['wxy']],
    [{ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '0' }, '', ['']],
    [{ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '-1' }, 'abcdef', ['wxyzwxyz']],
    [{ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4.5' }, 'abcdef', ['wxyzwxyz']],
  ])('texts are truncated by %j', async (limits, text, list) => {
    const { spans } = await sent(
      (tracer) => tracer.startSpan('s', { attributes: { text: 'abcdef', list: ['wxyzwxyz'] } }).end(),
      limits,
    )
    expect(spans[0]?.values.text).toBe(text)
    expect(spans[0]?.values.list).toEqual(list)
  })
})

test.each<[string, object, Partial<ReceivedSpan>]>([
  [
    'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
    { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2' },
    { droppedAttributesCount: 3 },
  ],
  ['OTEL_ATTRIBUTE_COUNT_LIMIT', { OTEL_ATTRIBUTE_COUNT_LIMIT: '1' }, { droppedAttributesCount: 4 }],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', { OTEL_SPAN_EVENT_COUNT_LIMIT: '1' }, { droppedEventsCount: 2 }],
  ['OTEL_SPAN_LINK_COUNT_LIMIT', { OTEL_SPAN_LINK_COUNT_LIMIT: '0' }, { droppedLinksCount: 2 }],
])('%s limits a span', async (_, limits, expected) => {
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
  const { spans } = await sent((tracer) => {
    const span = tracer.startSpan('s', {
      attributes: { a: 1, b: 2, c: 3, d: 4, e: 5 },
      links: [{ context }, { context }],
    })
    span.addEvent('1').addEvent('2').addEvent('3').end()
  }, limits)
  expect(spans[0]).toMatchObject(expected)
  // The limit also applies to the attributes that this package sets.
  const max = Number((limits as Record<string, string>).OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT ?? 128)
  expect(spans[1]?.attributes.length).toBeLessThanOrEqual(max)
})
