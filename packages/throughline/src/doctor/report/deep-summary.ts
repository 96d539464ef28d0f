import { ATTR_CHILDREN } from '@throughline/otel-shared'
import { foreignSpans, sentRequests, type Target } from '../target/target.ts'

/** What a deep run has seen. */
export interface DeepSummary {
  readonly requests: number
  /** Requests with a span below them. */
  readonly arrived: number
  readonly spans: number
  readonly services: readonly string[]
  /** Spans with the number of their children. */
  readonly counted: number
  readonly logLines: number
}

/** `undefined` if the run is not deep. */
export function summarizeDeep(target: Target): DeepSummary | undefined {
  const { options, trace, logs } = target
  if (!options.isDeep || !trace) return undefined
  const spans = foreignSpans(trace)
  const sent = sentRequests(target)
  const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId))
  return {
    requests: sent.length,
    arrived: sent.filter(({ spanId }) => parents.has(spanId)).length,
    spans: spans.length,
    services: [...new Set(spans.map(({ service }) => service))].sort(),
    counted: spans.filter(({ attributes }) => attributes.some(({ key }) => key.startsWith(ATTR_CHILDREN)))
      .length,
    logLines: logs.reduce((sum, { lineCount }) => sum + lineCount, 0),
  }
}
