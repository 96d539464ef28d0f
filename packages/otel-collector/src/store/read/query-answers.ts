/** A trace in a list of traces, in the format of Jaeger's `GET /api/v3/trace-summaries`. */
export interface TraceSummary {
  readonly traceId: string
  readonly rootServiceName: string
  readonly rootOperationName: string
  readonly minStartTimeUnixNano: string
  readonly maxEndTimeUnixNano: string
  readonly spanCount: number
  readonly errorSpanCount: number
  /** The number of spans whose parent span is not stored. */
  readonly orphanSpanCount: number
  readonly services: readonly ServiceSummary[]
  /** Extension of Jaeger's format: the route or path of the root span if its name is only an HTTP method. */
  readonly rootTarget?: string
  /**
   * Extension of Jaeger's format: the page load action below the root span, if the root is the server span of the
   * page's HTML.
   */
  readonly pageLoad?: { readonly serviceName: string; readonly operationName: string }
  /** Extension of Jaeger's format: the first failed span without a failed child, if it says why it failed. */
  readonly failure?: {
    readonly serviceName: string
    readonly operationName: string
    readonly reason: string
  }
}

/** The spans of one service in a trace. */
interface ServiceSummary {
  readonly name: string
  readonly spanCount: number
  readonly errorSpanCount: number
}

/** An operation of a service: a span name and a span kind in Jaeger's spelling. */
export interface Operation {
  readonly name: string
  readonly spanKind: string
}

/** The number of spans of one service that are children of spans of another. */
export interface Dependency {
  readonly parent: string
  readonly child: string
  readonly callCount: number
}
