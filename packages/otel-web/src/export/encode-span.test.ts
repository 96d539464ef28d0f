import {
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import {
  BasicTracerProvider,
  type ReadableSpan,
  SamplingDecision,
  type TracerConfig,
} from '@opentelemetry/sdk-trace-base'
import { decodeTraceRequestJson, parseTracestate } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../privacy/redact-attributes.ts'
import { packBatches, toEncodedSpan } from './batches.ts'
import { encodeSpan } from './encode-span.ts'

const REMOTE: SpanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true }

const tracerOf = (config: TracerConfig = {}) => new BasicTracerProvider(config).getTracer('test')
const tracer = tracerOf()

const options = { offsetMillis: 0, redactor: createRedactor(undefined) }
const encode = (span: unknown, more = {}) => encodeSpan(span as ReadableSpan, { ...options, ...more })
const childOf = (parent: SpanContext): Context => trace.setSpanContext(ROOT_CONTEXT, parent)

// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
describe('the flags', () => {
  const unsampled = tracerOf({
    sampler: { shouldSample: () => ({ decision: SamplingDecision.RECORD }), toString: () => 'record' },
  })

  test.each([
    ['of a sampled root span', tracer, ROOT_CONTEXT, 0x101],
    ['of an unsampled root span', unsampled, ROOT_CONTEXT, 0x100],
    ['of a child of this page', tracer, childOf({ ...REMOTE, isRemote: false }), 0x101],
    ['of a child of a remote span', tracer, childOf(REMOTE), 0x301],
    ['of an unsampled child of a remote span', unsampled, childOf(REMOTE), 0x300],
  ])('%s', (_, from, parent, flags) => {
    expect(encode(from.startSpan('a', {}, parent)).flags).toBe(flags)
  })

  test.each([
    [{ ...REMOTE, isRemote: true }, 0x301],
    [{ ...REMOTE, isRemote: false }, 0x101],
    [{ ...REMOTE, traceFlags: 0, isRemote: false }, 0x100],
  ])('of a link to %j', (context, flags) => {
    const { links } = encode(tracer.startSpan('a', { links: [{ context }] }))
    expect(links?.[0]).toMatchObject({ traceId: context.traceId, spanId: context.spanId, flags })
  })
})

test.each([
  [SpanKind.INTERNAL, 1],
  [SpanKind.SERVER, 2],
  [SpanKind.CLIENT, 3],
  [SpanKind.PRODUCER, 4],
  [SpanKind.CONSUMER, 5],
])('kind %i of the API is kind %i of OTLP', (kind, encoded) => {
  expect(encode(tracer.startSpan('a', { kind })).kind).toBe(encoded)
})

describe('ids', () => {
  test('of a root span have no parent', () => {
    const span = tracer.startSpan('a')
    const { traceId, spanId } = span.spanContext()
    expect(encode(span)).toMatchObject({ traceId, spanId, parentSpanId: undefined })
  })

  test('of a child are those of its trace and parent', () => {
    expect(encode(tracer.startSpan('a', {}, childOf(REMOTE)))).toMatchObject({
      traceId: REMOTE.traceId,
      parentSpanId: REMOTE.spanId,
    })
  })
})

test.each([
  ['', undefined],
  ['vendor=a,other=b', 'vendor=a,other=b'],
])('the tracestate %j is encoded as %j', (tracestate, encoded) => {
  const traceState = parseTracestate(tracestate)
  const context = { ...REMOTE, ...(traceState ? { traceState } : {}) }
  expect(encode(tracer.startSpan('a', {}, childOf(context))).traceState).toBe(encoded)
  const { links } = encode(tracer.startSpan('a', { links: [{ context }] }))
  expect(links?.[0]?.traceState).toBe(encoded)
})

describe('a time', () => {
  test.each<[[number, number], number, string]>([
    [[1_790_000_000, 0], 0, '1790000000000000000'],
    [[1_790_000_000, 5000], 0, '1790000000000005000'],
    [[1_790_000_000, 123_456_789], 0, '1790000000123456789'],
    [[1_790_000_000, 999_999_000], 0.001, '1790000001000000000'],
    [[1_790_000_000, 0], -0.001, '1789999999999999000'],
    [[1_790_000_000, 500_000_000], 2500, '1790000003000000000'],
    [[1_790_000_000, 500_000_000], -2500.25, '1789999997999750000'],
    [[1_790_000_000, 0], 0.0004, '1790000000000000000'],
    [[1_790_000_000, 0], 86_400_000, '1790086400000000000'],
    [[0, 0], 0, '0'],
    [[0, 1000], 0, '1000'],
  ])('of %j with an offset of %d ms is %s', (time, offsetMillis, nanos) => {
    const span = tracer.startSpan('a', { startTime: time, links: [] })
    span.addEvent('e', {}, time)
    span.end(time)
    const encoded = encode(span, { offsetMillis })
    expect(encoded.startTimeUnixNano).toBe(nanos)
    expect(encoded.endTimeUnixNano).toBe(nanos)
    expect(encoded.events?.[0]?.timeUnixNano).toBe(nanos)
  })

  test('of the end can be given for a span that has not ended', () => {
    const span = tracer.startSpan('a', { startTime: [1_790_000_000, 0] })
    expect(encode(span, { endTime: [1_790_000_001, 0] }).endTimeUnixNano).toBe('1790000001000000000')
  })

  test('that is no number is refused', () => {
    const span = tracer.startSpan('a', { startTime: [Number.NaN, 0] })
    expect(() => encode(span)).toThrow()
  })
})

describe('the status', () => {
  test.each([
    [{ code: SpanStatusCode.UNSET }, { code: undefined, message: undefined }],
    [{ code: SpanStatusCode.OK }, { code: 1, message: undefined }],
    [{ code: SpanStatusCode.ERROR }, { code: 2, message: undefined }],
    [
      { code: SpanStatusCode.ERROR, message: '' },
      { code: 2, message: undefined },
    ],
    [
      { code: SpanStatusCode.ERROR, message: 'sold out' },
      { code: 2, message: 'sold out' },
    ],
    [
      { code: SpanStatusCode.ERROR, message: 'mail bob@example.org' },
      { code: 2, message: 'mail REDACTED' },
    ],
  ])('%j is %j', (status, encoded) => {
    expect(encode(tracer.startSpan('a').setStatus(status)).status).toEqual(encoded)
  })
})

test('names, and attributes of the span, of events and of links, are redacted', () => {
  const secret = { note: 'mail bob@example.org', password: 'x' }
  const redacted = [
    { key: 'note', value: { stringValue: 'mail REDACTED' } },
    { key: 'password', value: { stringValue: 'REDACTED' } },
  ]
  const span = tracer.startSpan('bob@example.org', {
    attributes: secret,
    links: [{ context: REMOTE, attributes: secret }],
  })
  span.addEvent('to bob@example.org', secret)
  expect(encode(span)).toMatchObject({
    name: 'REDACTED',
    attributes: redacted,
    events: [{ name: 'to REDACTED', attributes: redacted }],
    links: [{ attributes: redacted }],
  })
})

test('additional attributes replace those of the span and are redacted like them', () => {
  const span = tracer.startSpan('a', { attributes: { one: 1, two: 2 } })
  const extraAttributes = { two: 3, token: 'abc', none: undefined }
  expect(encode(span, { extraAttributes }).attributes).toEqual([
    { key: 'one', value: { intValue: '1' } },
    { key: 'two', value: { intValue: '3' } },
    { key: 'token', value: { stringValue: 'REDACTED' } },
  ])
})

describe('what is beyond the limits of the SDK', () => {
  const limited = tracerOf({
    spanLimits: {
      attributeCountLimit: 1,
      eventCountLimit: 1,
      linkCountLimit: 1,
      attributePerEventCountLimit: 1,
      attributePerLinkCountLimit: 1,
    },
  })

  test('is counted', () => {
    const two = { a: 1, b: 2 }
    const links = [1, 2, 3].map(() => ({ context: REMOTE, attributes: two }))
    const span = limited.startSpan('a', { attributes: { a: 1, b: 2, c: 3 }, links })
    for (let n = 0; n < 5; n++) span.addEvent(`event ${n}`, two)
    const encoded = encode(span)
    expect(encoded).toMatchObject({ droppedAttributesCount: 2, droppedEventsCount: 4, droppedLinksCount: 2 })
    expect(encoded.events).toMatchObject([{ name: 'event 4', droppedAttributesCount: 1 }])
  })

  test('has no count when nothing was dropped', () => {
    expect(encode(tracer.startSpan('a', { links: [{ context: REMOTE }] }).addEvent('e'))).toMatchObject({
      droppedAttributesCount: undefined,
      droppedEventsCount: undefined,
      droppedLinksCount: undefined,
      events: [{ droppedAttributesCount: undefined }],
      links: [{ droppedAttributesCount: undefined }],
    })
  })
})

test('a collector decodes the span with all its parts', () => {
  const span = tracer.startSpan(
    'GET',
    {
      kind: SpanKind.CLIENT,
      startTime: [1_790_000_000, 1000],
      attributes: { text: 'ü "x"\n', whole: 3, part: 0.5, yes: true, list: ['a', 'b'], none: [] },
      links: [{ context: REMOTE, attributes: { why: 'cause' } }],
    },
    childOf(REMOTE),
  )
  span.addEvent('e', { n: 1 }, [1_790_000_000, 2000])
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' }).end([1_790_000_000, 3000])
  const [batch] = packBatches('{"attributes":[]}', [toEncodedSpan('{"name":"s"}', encode(span))], 10_000)
  const decoded = decodeTraceRequestJson(batch?.body ?? '')
  expect(decoded.ok && decoded.request.resourceSpans[0]?.scopeSpans[0]?.spans).toMatchObject([
    {
      traceId: REMOTE.traceId,
      parentSpanId: REMOTE.spanId,
      name: 'GET',
      kind: 3,
      startTimeUnixNano: '1790000000000001000',
      endTimeUnixNano: '1790000000000003000',
      events: [{ name: 'e', timeUnixNano: '1790000000000002000' }],
      links: [{ spanId: REMOTE.spanId }],
      status: { code: 2, message: 'no' },
    },
  ])
})
