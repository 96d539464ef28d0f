import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { type OtlpSpan, toKeyValues } from '@throughline/otel-shared'
import type { Redactor } from './redact-attributes.ts'

// OTLP's flags beside the trace flags: whether the parent is known to be (or not to be) remote.
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

export interface EncodeOptions {
  /** Added to every time of the span. */
  readonly offsetMillis: number
  readonly redactor: Redactor
  readonly extraAttributes?: Attributes | undefined
  /** For a span that is still open: where to cut it. */
  readonly endTime?: HrTime | undefined
}

/** What a span has not is undefined here, and missing once it is JSON. */
type WithUndefined<T> = T extends object ? { readonly [K in keyof T]: WithUndefined<T[K]> | undefined } : T

/** A span in the shape of OTLP JSON, its times corrected, its texts redacted. */
export function encodeSpan(span: ReadableSpan, options: EncodeOptions): WithUndefined<OtlpSpan> {
  const { offsetMillis, redactor, extraAttributes, endTime = span.endTime } = options
  const { traceId, spanId, traceState, traceFlags } = span.spanContext()
  const parent = span.parentSpanContext
  const keyValues = (attributes: Attributes | undefined) => toKeyValues(redactor.attributes(attributes ?? {}))
  const { code, message } = span.status
  return {
    traceId,
    spanId,
    traceState: traceState?.serialize() || undefined,
    parentSpanId: parent?.spanId,
    flags: traceFlags | remoteFlags(parent),
    name: redactor.text(span.name),
    // OTLP counts kinds from 1, the API from 0.
    kind: span.kind + 1,
    startTimeUnixNano: toUnixNano(span.startTime, offsetMillis),
    endTimeUnixNano: toUnixNano(endTime, offsetMillis),
    attributes: keyValues(extraAttributes ? { ...span.attributes, ...extraAttributes } : span.attributes),
    droppedAttributesCount: span.droppedAttributesCount || undefined,
    events: span.events.map((event) => ({
      timeUnixNano: toUnixNano(event.time, offsetMillis),
      name: event.name,
      attributes: keyValues(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount || undefined,
    })),
    droppedEventsCount: span.droppedEventsCount || undefined,
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: keyValues(attributes),
      flags: context.traceFlags | remoteFlags(context),
    })),
    droppedLinksCount: span.droppedLinksCount || undefined,
    status: { code: code || undefined, message: message ? redactor.text(message) : undefined },
  }
}

function remoteFlags(other: SpanContext | undefined): number {
  return HAS_IS_REMOTE | (other?.isRemote ? IS_REMOTE : 0)
}

function toUnixNano([seconds, nanos]: HrTime, offsetMillis: number): string {
  const shifted = nanos + Math.round(offsetMillis * 1e3) * 1e3
  const carry = Math.floor(shifted / 1e9)
  return `${seconds + carry}${String(shifted - carry * 1e9).padStart(9, '0')}`
}
