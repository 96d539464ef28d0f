import type { AnyValue, KeyValue, OtlpSpan, TraceRequest } from '@throughline/otel-shared'
import { ATTR_SERVICE_NAME } from './semconv.ts'

export type SpanKindName = 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'
export type StatusName = 'UNSET' | 'OK' | 'ERROR'

/** A span as received by OTLP, with its attributes and those of its resource as plain values. */
export interface ReceivedSpan extends OtlpSpan {
  /** `service.name` of the resource. */
  readonly service: string
  /** The span's attributes. 64-bit integers are numbers, lists are arrays. */
  readonly values: Readonly<Record<string, unknown>>
  /** The attributes of the resource. */
  readonly resource: Readonly<Record<string, unknown>>
  /** Can have a fraction. */
  readonly durationMillis: number
}

/** The spans of a request in their order. */
export function toReceivedSpans({ resourceSpans = [] }: Partial<TraceRequest>): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = toValues(resource?.attributes)
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toReceivedSpan(span, attributes)))
  })
}

/** Attributes by key, as plain values. */
export function toValues(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, toValue(value)]))
}

/** The plain value of one attribute of a span, an event or a link. */
export function attribute(
  { attributes }: { readonly attributes: readonly KeyValue[] },
  key: string,
): unknown {
  return toValues(attributes)[key]
}

const KINDS: readonly SpanKindName[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

export function kindOf({ kind }: OtlpSpan): SpanKindName {
  return KINDS[kind] ?? 'UNSPECIFIED'
}

export function statusOf({ status }: OtlpSpan): StatusName {
  if (status?.code === 2) return 'ERROR'
  return status?.code === 1 ? 'OK' : 'UNSET'
}

function toReceivedSpan(span: OtlpSpan, resource: Readonly<Record<string, unknown>>): ReceivedSpan {
  return {
    ...span,
    service: String(resource[ATTR_SERVICE_NAME]),
    values: toValues(span.attributes),
    resource,
    durationMillis: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
  }
}

function toValue({ intValue, arrayValue, kvlistValue, ...others }: AnyValue): unknown {
  if (intValue !== undefined) return Number(intValue)
  if (arrayValue) return arrayValue.values.map(toValue)
  if (kvlistValue) return toValues(kvlistValue.values)
  return Object.values(others)[0]
}
