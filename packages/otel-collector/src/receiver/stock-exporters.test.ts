import { context, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { TraceRequest } from '@throughline/otel-shared'
import { afterEach, expect, test, vi } from 'vitest'
import { getJson, type JsonAnswer, startTestCollector } from '../../test/collector.ts'
import { attribute, EIGHT_O_CLOCK, postJson, postProtobuf } from '../../test/otlp.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const [ROOT_ID, CHILD_ID] = ['b7ad6b7169203331', '00f067aa0ba902b7'] as const
const [LINKED_TRACE_ID, LINKED_SPAN_ID] = ['1'.repeat(32), '2'.repeat(16)] as const

afterEach(() => vi.unstubAllEnvs())

test.each([
  ['JSON', 'none', JsonExporter],
  ['JSON', 'gzip', JsonExporter],
  ['protobuf', 'none', ProtobufExporter],
  ['protobuf', 'gzip', ProtobufExporter],
])('spans of the stock exporter in %s with compression %s are stored unchanged', async (...row) => {
  const [, compression, Exporter] = row
  const [theirs, ours] = [await startTestCollector(), await startTestCollector()]
  vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', compression)
  await exportStockSpans(new Exporter({ url: theirs.otlpUrl }))
  expect((await postJson(ours.otlpUrl, OURS)).status).toBe(200)
  for (const path of [
    '/api/v3/services',
    '/api/v3/operations?service=stock-shop',
    `/api/v3/traces/${TRACE_ID}`,
    '/api/v3/trace-summaries?query.startTimeMin=2026-11-21T07:00:00Z&query.startTimeMax=2026-11-21T09:00:00Z',
    `/api/traces/${TRACE_ID}`,
    '/api/traces?service=stock-shop&start=1795248000000000&end=1795248001000000',
  ]) {
    const answer = await getJson(theirs, path)
    expect(answer).toEqual(await getJson(ours, path))
    expect(answer.status).toBe(200)
  }
})

test('a request in protobuf is stored like the same request in JSON', async () => {
  const collector = await startTestCollector()
  expect((await postProtobuf(collector.otlpUrl, OURS)).status).toBe(200)
  const answer: JsonAnswer = await getJson(collector, `/api/v3/traces/${TRACE_ID}`)
  expect(answer).toEqual({ status: 200, body: { result: OURS } })
})

/** Two spans by the stock SDK, through its own batch processor. */
async function exportStockSpans(exporter: SpanExporter): Promise<void> {
  const spanIds = [ROOT_ID, CHILD_ID]
  const provider = new BasicTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter)],
    idGenerator: { generateTraceId: () => TRACE_ID, generateSpanId: () => spanIds.shift() ?? '' },
    resource: resourceFromAttributes({ 'service.name': 'stock-shop' }),
  })
  const tracer = provider.getTracer('stock', '1.2.3')
  const root = tracer.startSpan('POST /orders', { kind: SpanKind.SERVER, startTime: at(0) })
  root.setAttributes({ 'http.request.method': 'POST', ratio: 0.5, count: 3, yes: true, list: ['a', 'b'] })
  const child = tracer.startSpan(
    'INSERT ✓',
    {
      kind: SpanKind.CLIENT,
      startTime: at(10),
      links: [
        {
          context: { traceId: LINKED_TRACE_ID, spanId: LINKED_SPAN_ID, traceFlags: TraceFlags.SAMPLED },
          attributes: { why: 'retry' },
        },
      ],
    },
    trace.setSpan(context.active(), root),
  )
  child.addEvent('exception', { 'exception.message': 'out of stock' }, at(20))
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'out of stock' })
  child.end(at(30))
  root.end(at(40))
  await provider.forceFlush()
  await provider.shutdown()
}

/** The same two spans written out. */
const OURS: TraceRequest = {
  resourceSpans: [
    {
      resource: { attributes: [attribute('service.name', 'stock-shop')] },
      scopeSpans: [
        {
          scope: { name: 'stock', version: '1.2.3' },
          spans: [
            {
              traceId: TRACE_ID,
              spanId: ROOT_ID,
              name: 'POST /orders',
              kind: 2,
              startTimeUnixNano: nanos(0),
              endTimeUnixNano: nanos(40),
              attributes: [
                attribute('http.request.method', 'POST'),
                attribute('ratio', 0.5),
                attribute('count', 3),
                attribute('yes', true),
                attribute('list', { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } }),
              ],
              events: [],
              links: [],
              status: {},
              flags: 0x101,
            },
            {
              traceId: TRACE_ID,
              spanId: CHILD_ID,
              parentSpanId: ROOT_ID,
              name: 'INSERT ✓',
              kind: 3,
              startTimeUnixNano: nanos(10),
              endTimeUnixNano: nanos(30),
              attributes: [],
              events: [
                {
                  timeUnixNano: nanos(20),
                  name: 'exception',
                  attributes: [attribute('exception.message', 'out of stock')],
                },
              ],
              links: [
                {
                  traceId: LINKED_TRACE_ID,
                  spanId: LINKED_SPAN_ID,
                  attributes: [attribute('why', 'retry')],
                  flags: 0x101,
                },
              ],
              status: { code: 2, message: 'out of stock' },
              flags: 0x101,
            },
          ],
        },
      ],
    },
  ],
}

function at(millis: number): [seconds: number, nanos: number] {
  return [Number(EIGHT_O_CLOCK / 1_000_000_000n), millis * 1_000_000]
}

function nanos(millis: number): string {
  return String(EIGHT_O_CLOCK + BigInt(millis) * 1_000_000n)
}
