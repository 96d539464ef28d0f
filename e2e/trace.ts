import type { TraceRequest } from '@throughline/otel-shared'
import { type ReceivedSpan, type SpanSource, toReceivedSpans } from '@throughline/otel-testing'

const POLL_MILLIS = 100

/** A trace in Jaeger's query API, for `expectTrace`. The API has no notification of new spans, so it is polled. */
export function traceSource(uiUrl: string, traceId: string): SpanSource {
  return {
    spans: () => fetchTrace(uiUrl, traceId),
    arrivalAfter: (_, timeoutMillis) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMillis, POLL_MILLIS))),
  }
}

/** Reads one trace through Jaeger's query API v3; an empty list when the API does not know the trace. */
export async function fetchTrace(uiUrl: string, traceId: string): Promise<ReceivedSpan[]> {
  const response = await fetch(`${uiUrl}/api/v3/traces/${traceId}`)
  if (response.status === 404) return []
  if (!response.ok)
    throw new Error(`GET /api/v3/traces/${traceId}: HTTP ${response.status} ${await response.text()}`)
  const { result } = (await response.json()) as { result: TraceRequest }
  return toReceivedSpans(result)
}
