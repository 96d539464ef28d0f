import type { SpanStatus } from '@opentelemetry/api'
import type { AttributeList } from './attribute-list.ts'

/** The data of a span. It is filled while the span is open, and written as OTLP JSON when it has ended. */
export interface SpanRecord {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly traceState: string | undefined
  readonly flags: number
  name: string
  /** The `SpanKind` of the API. In OTLP, each value is higher by 1, and 0 is UNSPECIFIED. */
  readonly kind: number
  /** Unix milliseconds. */
  startMillis: number
  endMillis: number
  attributes: AttributeList
  events: RecordedEvent[] | undefined
  links: RecordedLink[] | undefined
  status: SpanStatus | undefined
  dropped: DroppedCounts | undefined
  readonly scope: Scope
  /** The numbers of its children by `SpanKind`. Present only if the trace asks for them. */
  children?: number[]
}

/** The numbers of items that exceeded the limits of a span. The names are those of OTLP. */
export interface DroppedCounts {
  droppedAttributesCount: number
  droppedEventsCount: number
  droppedLinksCount: number
}

export interface Scope {
  readonly name: string
  readonly version?: string
}

export interface RecordedEvent {
  readonly name: string
  readonly timeMillis: number
  readonly attributes: AttributeList
  readonly droppedAttributesCount: number
}

export interface RecordedLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly flags: number
  readonly attributes: AttributeList
  readonly droppedAttributesCount: number
}

export function countDrops(span: SpanRecord, what: keyof DroppedCounts, count: number): void {
  span.dropped ??= { droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 }
  span.dropped[what] += count
}
