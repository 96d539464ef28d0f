import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

export type KeptReason = 'error' | 'slow'

const MAX_TRACES = 200
const MAX_SPANS = 1000

/** Spans to be exported now. `lost` is the number of earlier spans of their trace that were discarded. */
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
 * Holds the spans of unsampled traces until it is known whether one of them failed or their action was slow. Those
 * traces are exported with a mark. Servers have not recorded their part of them.
 */
export class KeptTraces {
  readonly #traces = new Map<string, HeldTrace>()
  readonly #slowMillis: number
  #held = 0

  constructor(slowMillis: number) {
    this.#slowMillis = slowMillis
  }

  /** Adds an ended span. Returns the spans to be exported now, if any. */
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
    // Only actions can be slow: a long poll, for example, is long on purpose.
    trace.reason ??= this.#reasonOf(span, isRoot && isAction)
    const { spans, reason, lost } = trace
    if (reason || isRoot) {
      this.#held -= spans.length
      trace.spans = []
      trace.lost = 0
    }
    // The root span has ended, so spans that come later are judged on their own.
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

  /**
   * Discards the spans of the oldest trace. The entry of the trace stays, so that its loss can be reported if it is
   * kept.
   */
  #makeRoom(): void {
    for (const trace of this.#traces.values()) {
      trace.lost += trace.spans.length
      this.#held -= trace.spans.length
      if (trace.spans.splice(0).length > 0) return
    }
  }
}
