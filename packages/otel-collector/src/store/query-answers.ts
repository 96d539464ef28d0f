/** What a list of traces shows of one, in the shape of Jaeger's `GET /api/v3/trace-summaries`. */
export interface TraceSummary {
  readonly traceId: string
  readonly rootServiceName: string
  readonly rootOperationName: string
  readonly minStartTimeUnixNano: string
  readonly maxEndTimeUnixNano: string
  readonly spanCount: number
  readonly errorSpanCount: number
  /** Spans whose parent is not (yet) there. */
  readonly orphanSpanCount: number
  readonly services: readonly ServiceSummary[]
}

/** The part of one service in a trace. */
interface ServiceSummary {
  readonly name: string
  readonly spanCount: number
  readonly errorSpanCount: number
}

/** An operation of a service: a span name with Jaeger's name of the span kind. */
export interface Operation {
  readonly name: string
  readonly spanKind: string
}

/** How often spans of one service were parents of spans of another. */
export interface Dependency {
  readonly parent: string
  readonly child: string
  readonly callCount: number
}
