import type { Attributes, SpanStatus } from '@opentelemetry/api'
import { type OtlpSpan, toKeyValues } from '@throughline/otel-shared'

/** A span as plain data: cheap to fill while a request runs, turned into OTLP when it is sent. */
export interface SpanRecord {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly traceState: string | undefined
  readonly flags: number
  name: string
  readonly kind: number
  /** Unix milliseconds. */
  startMillis: number
  endMillis: number
  readonly attributes: Attributes
  readonly events: RecordedEvent[]
  readonly links: RecordedLink[]
  status: SpanStatus
  readonly scope: Scope
}

export interface Scope {
  readonly name: string
  readonly version?: string
}

export interface RecordedEvent {
  readonly name: string
  readonly timeMillis: number
  readonly attributes: Attributes
}

export interface RecordedLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly flags: number
  readonly attributes: Attributes
}

/** Turns a record into OTLP's JSON shape. */
export function toOtlpSpan(record: SpanRecord): OtlpSpan {
  return {
    traceId: record.traceId,
    spanId: record.spanId,
    ...(record.traceState ? { traceState: record.traceState } : {}),
    ...(record.parentSpanId ? { parentSpanId: record.parentSpanId } : {}),
    flags: record.flags,
    name: record.name,
    // OTLP counts kinds from 1 (0 is unspecified), the API from 0.
    kind: record.kind + 1,
    startTimeUnixNano: toNanos(record.startMillis),
    endTimeUnixNano: toNanos(record.endMillis),
    attributes: toKeyValues(record.attributes),
    events: record.events.map((event) => ({
      timeUnixNano: toNanos(event.timeMillis),
      name: event.name,
      attributes: toKeyValues(event.attributes),
    })),
    links: record.links.map(({ attributes, ...link }) => ({ ...link, attributes: toKeyValues(attributes) })),
    status: record.status.code === 0 ? {} : record.status,
  }
}

/** Milliseconds with a fraction as decimal nanoseconds: the product would not fit a double. */
function toNanos(millis: number): string {
  const whole = Math.floor(millis)
  const nanos = Math.round((millis - whole) * 1e6)
  return nanos === 1e6 ? `${whole + 1}000000` : whole + String(nanos).padStart(6, '0')
}
