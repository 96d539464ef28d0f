import type { IncomingMessage } from 'node:http'
import type { SpanContext } from '@opentelemetry/api'
import type { Collector } from '@throughline/otel-collector'
import { generateSpanId, parseTraceparent } from '@throughline/otel-shared'
import { healthyTrace, type PlantedSpan, toOtlp, toZipkin } from './planted-trace.ts'
import { type Answer, diagnose, type FoundFault, healthy, page, startSite } from './site.ts'

/** Where the planted spans of a request are stored. */
export interface Backend {
  readonly url: string
  readonly store: (context: SpanContext, spans: readonly PlantedSpan[]) => Promise<void>
  /** Where the doctor posts its own spans. */
  readonly args: readonly string[]
}

/** The embedded collector, which the tests of a file share. */
export function embeddedCollector(collector: Collector): Backend {
  return {
    url: collector.uiUrl,
    async store({ traceId }, spans) {
      const response = await fetch(collector.otlpUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(toOtlp(traceId, Date.now(), spans)),
      })
      if (response.status !== 200) throw new Error(await response.text())
    },
    args: [`--endpoint=${collector.otlpUrl}`],
  }
}

/** A Jaeger that stores every span, also those that a collector rejects. The spans of the doctor do not reach it. */
export async function fakeJaeger(): Promise<Backend> {
  const traces = new Map<string, object[]>()
  const { url } = await startSite({
    'GET /jaeger/api/v3/services': json({ services: [] }),
    'GET /jaeger/api/v3/traces/*': ({ url }) =>
      answerOf(traces, url, (stored) => ({ result: { resourceSpans: stored } })),
  })
  return {
    url: `${url}jaeger`,
    store: async ({ traceId }, spans) =>
      addTo(traces, traceId, toOtlp(traceId, Date.now(), spans).resourceSpans),
    args: [],
  }
}

/** A Zipkin. */
export async function fakeZipkin(): Promise<Backend> {
  const traces = new Map<string, object[]>()
  const { url } = await startSite({
    'GET /api/v2/services': json([]),
    'GET /api/v2/trace/*': ({ url }) => answerOf(traces, url, (stored) => stored),
  })
  return {
    url,
    store: async ({ traceId }, spans) => addTo(traces, traceId, toZipkin(traceId, Date.now(), spans)),
    args: [],
  }
}

/** The healthy trace, changed. */
export type ChangeTrace = (spans: readonly PlantedSpan[]) => readonly PlantedSpan[]

/** Runs the doctor on a healthy site whose traced requests have the planted spans in the backend. The page calls `--api`. */
export async function diagnoseTrace(
  backend: Backend,
  change: ChangeTrace,
  ...args: readonly string[]
): Promise<readonly FoundFault[]> {
  const apis = args.flatMap((arg) => /^--api=(.*)/.exec(arg)?.[1] ?? [])
  const origins = apis.map((api) => new URL(api).origin).join()
  const answer = page({
    head: `<script src="/throughline.js" data-service-name="shop-web" data-propagate-to="${origins}"></script>`,
  })
  let isFirst = true
  const { url } = await startSite(
    healthy({
      'GET /': async (request) => {
        const context = contextOf(request)
        if (context) {
          const spans = change(healthyTrace(context))
          const stored = isFirst ? spans : withOtherIds(spans)
          isFirst = false
          await backend.store(context, stored)
        }
        return answer(request)
      },
    }),
  )
  return diagnose(url, `--backend=${backend.url}`, '--wait=0.6', ...backend.args, ...args)
}

function contextOf({ headers }: IncomingMessage): SpanContext | undefined {
  return parseTraceparent(String(headers.traceparent ?? ''))
}

/** The spans of a further request of the same trace. */
function withOtherIds(spans: readonly PlantedSpan[]): PlantedSpan[] {
  const ids = new Map(spans.map(({ spanId }) => [spanId, generateSpanId()]))
  const other = (id: string) => ids.get(id) ?? id
  return spans.map(({ parentSpanId, ...span }) => ({
    ...span,
    spanId: other(span.spanId),
    ...(parentSpanId === undefined ? {} : { parentSpanId: other(parentSpanId) }),
  }))
}

function addTo(traces: Map<string, object[]>, traceId: string, spans: readonly object[]): void {
  traces.set(traceId, [...(traces.get(traceId) ?? []), ...spans])
}

function answerOf(
  traces: ReadonlyMap<string, object[]>,
  path = '',
  toBody: (stored: readonly object[]) => unknown,
): Answer {
  const stored = traces.get(path.split('/').at(-1) ?? '')
  return stored ? json(toBody(stored)) : { status: 404 }
}

function json(body: unknown): Answer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
