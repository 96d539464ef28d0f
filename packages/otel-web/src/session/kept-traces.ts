import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

export type KeptReason = 'error' | 'slow'

const MAX_TRACES = 200
const MAX_SPANS = 1000

/** Spans to be exported now; `lost` tells how many of their trace had to be forgotten. */
export interface KeptSpans {
  readonly spans: readonly ReadableSpan[]
  readonly reason: KeptReason
  readonly lost: number
}

interface HeldTrace {
  spans: ReadableSpan[]
  reason: KeptReason | undefined
  lost: number
}

/**
 * Holds the spans of traces that are not sampled until it is known whether one of them failed or their action was slow:
 * those are exported all the same, marked. What the server did for them was not recorded.
 */
export class KeptTraces {
  readonly #traces = new Map<string, HeldTrace>()
  readonly #slowMillis: number
  #held = 0

  constructor(slowMillis: number) {
    this.#slowMillis = slowMillis
  }

  /** Takes a span that ended; returns those to be exported now, if any. */
  add(span: ReadableSpan, isAction: boolean): KeptSpans | undefined {
    const { traceId } = span.spanContext()
    const parent = span.parentSpanContext
    const isRoot = !parent || parent.isRemote === true
    if (this.#held >= MAX_SPANS) this.#makeRoom()
    const trace = this.#traces.get(traceId) ?? { spans: [], reason: undefined, lost: 0 }
    this.#traces.set(traceId, trace)
    if (this.#traces.size > MAX_TRACES) this.#forgetOldest()
    trace.spans.push(span)
    this.#held++
    // A span that is no action, such as a long poll, is as long as it is meant to be.
    trace.reason ??= this.#reasonOf(span, isRoot && isAction)
    const { spans, reason, lost } = trace
    if (reason || isRoot) {
      this.#held -= spans.length
      trace.spans = []
      trace.lost = 0
    }
    // The root has ended: what comes later decides for itself.
    if (isRoot && !reason) this.#traces.delete(traceId)
    return reason && { spans, reason, lost }
  }

  #reasonOf({ status, duration }: ReadableSpan, maySlow: boolean): KeptReason | undefined {
    if (status.code === SpanStatusCode.ERROR) return 'error'
    return maySlow && duration[0] * 1000 + duration[1] / 1e6 >= this.#slowMillis ? 'slow' : undefined
  }

  #forgetOldest(): void {
    for (const [traceId, { spans }] of this.#traces) {
      this.#held -= spans.length
      this.#traces.delete(traceId)
      return
    }
  }

  /** Forgets the spans of the oldest trace; the trace itself stays known, for its loss to be counted if it is kept. */
  #makeRoom(): void {
    for (const trace of this.#traces.values()) {
      trace.lost += trace.spans.length
      this.#held -= trace.spans.length
      if (trace.spans.splice(0).length > 0) return
    }
  }
}
