import { ATTR_URL_FULL } from '@throughline/otel-shared'
import { displayUrl } from '../../http/display-url.ts'
import { ATTR_HTTP_URL, HTTP_CALL_KEYS, RPC_KEYS } from './semconv.ts'

export type SpanKind = 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'

/** A span as a backend returned it. */
export interface TraceSpan {
  readonly spanId: string
  /** `undefined` for a root. */
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  /** In Unix milliseconds, with fractions. */
  readonly startMillis: number
  readonly endMillis: number
  /** `service.name`; empty when it is missing. */
  readonly service: string
  /** The instrumentation scope; empty when it is missing. */
  readonly scope: string
  /** Attributes of the span and of its events; one entry for each text, number and boolean of a list or map. */
  readonly attributes: readonly SpanAttribute[]
  /** The attributes of the resource. */
  readonly resource: readonly SpanAttribute[]
  /** Bits 0 to 7 are those of `traceparent`, bit 8 is set by exporters that write the field; `undefined` when it is missing. */
  readonly flags: number | undefined
}

export interface SpanAttribute {
  readonly key: string
  readonly value: string | number | boolean
}

/** The value of an attribute of a span; `undefined` when it is absent. */
export function attributeOf({ attributes }: TraceSpan, key: string): SpanAttribute['value'] | undefined {
  return attributes.find((each) => each.key === key)?.value
}

/** A span in the report: service and name. */
export function labelOf({ service, name }: TraceSpan): string {
  return `${service || '(no service)'} "${name}"`
}

/** A call in the report: service, name and address. */
export function callLabelOf(span: TraceSpan): string {
  const url = String(attributeOf(span, ATTR_URL_FULL) ?? attributeOf(span, ATTR_HTTP_URL))
  return URL.canParse(url) ? `${labelOf(span)} to ${displayUrl(url)}` : labelOf(span)
}

/** Whether a span is that of a call of another service, by HTTP or RPC. */
export function isServiceCall(span: TraceSpan): boolean {
  return (
    isHttpClient(span) ||
    (span.kind === 'CLIENT' && span.attributes.some(({ key }) => RPC_KEYS.includes(key)))
  )
}

/** Whether a span is that of an HTTP request, at its sender. */
export function isHttpClient({ kind, attributes }: TraceSpan): boolean {
  return kind === 'CLIENT' && attributes.some(({ key }) => HTTP_CALL_KEYS.includes(key))
}
