import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { type OtlpSpan, toKeyValues } from '@throughline/otel-shared'
import type { Redactor } from '../privacy/redact-attributes.ts'

// The bits of OTLP's `flags` that say whether the parent is remote.
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

export interface EncodeOptions {
  /** Added to every time of the span. */
  readonly offsetMillis: number
  readonly redactor: Redactor
  readonly extraAttributes?: Attributes | undefined
  /** The end time for a span that has not ended. */
  readonly endTime?: HrTime | undefined
}

/** Absent fields are `undefined` here and are omitted from the JSON. */
type WithUndefined<T> = T extends object ? { readonly [K in keyof T]: WithUndefined<T[K]> | undefined } : T

/** Converts a span to OTLP JSON, with corrected times and redacted strings. */
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
    // OTLP counts span kinds from 1, the API counts from 0.
    kind: span.kind + 1,
    startTimeUnixNano: toUnixNano(span.startTime, offsetMillis),
    endTimeUnixNano: toUnixNano(endTime, offsetMillis),
    attributes: keyValues(extraAttributes ? { ...span.attributes, ...extraAttributes } : span.attributes),
    droppedAttributesCount: span.droppedAttributesCount || undefined,
    events: span.events.map((event) => ({
      timeUnixNano: toUnixNano(event.time, offsetMillis),
      name: redactor.text(event.name),
      attributes: keyValues(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount || undefined,
    })),
    droppedEventsCount: span.droppedEventsCount || undefined,
    links: span.links.map(({ context, attributes, droppedAttributesCount }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      traceState: context.traceState?.serialize() || undefined,
      attributes: keyValues(attributes),
      droppedAttributesCount: droppedAttributesCount || undefined,
      flags: context.traceFlags | remoteFlags(context),
    })),
    droppedLinksCount: span.droppedLinksCount || undefined,
    status: { code: code || undefined, message: message ? redactor.text(message) : undefined },
  }
}

function remoteFlags(other: SpanContext | undefined): number {
  return HAS_IS_REMOTE | (other?.isRemote ? IS_REMOTE : 0)
}

/** @throws when the time is not a number; callers can pass such a time */
function toUnixNano([seconds, nanos]: HrTime, offsetMillis: number): string {
  const shifted = nanos + Math.round(offsetMillis * 1e3) * 1e3
  const carry = Math.floor(shifted / 1e9)
  const text = `${seconds + carry}${String(shifted - carry * 1e9).padStart(9, '0')}`
  return String(BigInt(text))
}
