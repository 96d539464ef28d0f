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

/** A span in the shape of OTLP JSON, its times corrected, its texts redacted. */
export function encodeSpan(span: ReadableSpan, options: EncodeOptions): OtlpSpan {
  const { offsetMillis, redactor, extraAttributes, endTime = span.endTime } = options
  const { traceId, spanId, traceState, traceFlags } = span.spanContext()
  const parent = span.parentSpanContext
  const state = traceState?.serialize()
  const keyValues = (attributes: Attributes | undefined) => toKeyValues(redactor.attributes(attributes ?? {}))
  const { code, message } = span.status
  return {
    traceId,
    spanId,
    ...(state ? { traceState: state } : {}),
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    flags: traceFlags | remoteFlags(parent),
    name: redactor.text(span.name),
    // OTLP counts kinds from 1, the API from 0.
    kind: span.kind + 1,
    startTimeUnixNano: toUnixNano(span.startTime, offsetMillis),
    endTimeUnixNano: toUnixNano(endTime, offsetMillis),
    attributes: keyValues(extraAttributes ? { ...span.attributes, ...extraAttributes } : span.attributes),
    ...dropped('droppedAttributesCount', span.droppedAttributesCount),
    events: span.events.map((event) => ({
      timeUnixNano: toUnixNano(event.time, offsetMillis),
      name: event.name,
      attributes: keyValues(event.attributes),
      ...dropped('droppedAttributesCount', event.droppedAttributesCount),
    })),
    ...dropped('droppedEventsCount', span.droppedEventsCount),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: keyValues(attributes),
      flags: context.traceFlags | remoteFlags(context),
    })),
    ...dropped('droppedLinksCount', span.droppedLinksCount),
    status: { ...(code ? { code } : {}), ...(message ? { message: redactor.text(message) } : {}) },
  }
}

function remoteFlags(other: SpanContext | undefined): number {
  return HAS_IS_REMOTE | (other?.isRemote ? IS_REMOTE : 0)
}

function dropped<K extends string>(key: K, count: number | undefined): { [key in K]?: number } {
  return count ? ({ [key]: count } as { [key in K]: number }) : {}
}

function toUnixNano([seconds, nanos]: HrTime, offsetMillis: number): string {
  const shifted = nanos + Math.round(offsetMillis * 1e3) * 1e3
  const carry = Math.floor(shifted / 1e9)
  return `${seconds + carry}${String(shifted - carry * 1e9).padStart(9, '0')}`
}
