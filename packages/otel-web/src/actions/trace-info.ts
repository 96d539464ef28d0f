/** A root span that will be exported, as passed to the callback of `onTrace`. */
export interface TraceInfo {
  readonly traceId: string
  readonly name: string
}
