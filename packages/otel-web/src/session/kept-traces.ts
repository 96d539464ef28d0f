import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

export type KeptReason = 'error' | 'slow'

const MAX_TRACES = 20
const MAX_SPANS = 50

/**
 * Holds the spans of traces that are not sampled until it is known whether one of them failed or was slow: those are
 * exported all the same, marked. What the server did for them was not recorded.
 */
export class KeptTraces {
  readonly #traces = new Map<string, { spans: ReadableSpan[]; reason: KeptReason | undefined }>()
  readonly #slowMillis: number

  constructor(slowMillis: number) {
    this.#slowMillis = slowMillis
  }

  /** Takes a span that ended; returns those to be exported now, if any. */
  add(
    span: ReadableSpan,
  ): { readonly spans: readonly ReadableSpan[]; readonly reason: KeptReason } | undefined {
    const { traceId } = span.spanContext()
    const trace = this.#traces.get(traceId) ?? { spans: [], reason: undefined }
    this.#traces.set(traceId, trace)
    trace.spans.push(span)
    if (trace.spans.length > MAX_SPANS) trace.spans.shift()
    trace.reason ??= this.#reasonOf(span)
    if (this.#traces.size > MAX_TRACES) this.#forgetOldest()
    const parent = span.parentSpanContext
    const isRoot = !parent || parent.isRemote === true
    if (!isRoot && !trace.reason) return undefined
    // The root has ended: what comes later decides for itself.
    if (isRoot && !trace.reason) this.#traces.delete(traceId)
    if (!trace.reason) return undefined
    return { spans: trace.spans.splice(0), reason: trace.reason }
  }

  #reasonOf(span: ReadableSpan): KeptReason | undefined {
    if (span.status.code === SpanStatusCode.ERROR) return 'error'
    const millis = span.duration[0] * 1000 + span.duration[1] / 1e6
    return millis >= this.#slowMillis ? 'slow' : undefined
  }

  #forgetOldest(): void {
    for (const traceId of this.#traces.keys()) {
      this.#traces.delete(traceId)
      return
    }
  }
}
