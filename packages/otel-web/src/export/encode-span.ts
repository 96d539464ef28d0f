import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { type KeyValue, type OtlpSpan, toKeyValues } from '@throughline/otel-shared'

// OTLP's flags beside the trace flags: whether the parent is known to be (or not to be) remote.
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

export interface EncodeOptions {
  /** Added to every time of the span. */
  readonly offsetMillis: number
  readonly extraAttributes?: Attributes | undefined
  /** For a span that is still open: where to cut it. */
  readonly endTime?: HrTime
}

/** A span in the shape of OTLP JSON, its times corrected. */
export function encodeSpan(
  span: ReadableSpan,
  { offsetMillis, extraAttributes, endTime }: EncodeOptions,
): OtlpSpan {
  const { traceId, spanId, traceState, traceFlags } = span.spanContext()
  const parent = span.parentSpanContext
  const attributes = extraAttributes ? { ...span.attributes, ...extraAttributes } : span.attributes
  const state = traceState?.serialize()
  return {
    traceId,
    spanId,
    ...(state ? { traceState: state } : {}),
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    flags: traceFlags | HAS_IS_REMOTE | (parent?.isRemote ? IS_REMOTE : 0),
    name: span.name,
    // OTLP counts kinds from 1, the API from 0.
    kind: span.kind + 1,
    startTimeUnixNano: toUnixNano(span.startTime, offsetMillis),
    endTimeUnixNano: toUnixNano(endTime ?? span.endTime, offsetMillis),
    attributes: toKeyValues(attributes),
    ...dropped('droppedAttributesCount', span.droppedAttributesCount),
    events: span.events.map((event) => ({
      timeUnixNano: toUnixNano(event.time, offsetMillis),
      name: event.name,
      attributes: keyValues(event.attributes),
      ...dropped('droppedAttributesCount', event.droppedAttributesCount),
    })),
    ...dropped('droppedEventsCount', span.droppedEventsCount),
    links: span.links.map((link) => encodeLink(link.context, link.attributes)),
    ...dropped('droppedLinksCount', span.droppedLinksCount),
    status: {
      ...(span.status.code ? { code: span.status.code } : {}),
      ...(span.status.message ? { message: span.status.message } : {}),
    },
  }
}

function encodeLink(
  { traceId, spanId, traceFlags, isRemote }: SpanContext,
  attributes: Attributes | undefined,
) {
  const flags = traceFlags | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0)
  return { traceId, spanId, attributes: keyValues(attributes), flags }
}

function keyValues(attributes: Attributes | undefined): KeyValue[] {
  return attributes ? toKeyValues(attributes) : []
}

function dropped<K extends string>(key: K, count: number | undefined): { [key in K]?: number } {
  return count ? ({ [key]: count } as { [key in K]: number }) : {}
}

function toUnixNano([seconds, nanos]: HrTime, offsetMillis: number): string {
  const shifted = nanos + Math.round(offsetMillis * 1e3) * 1e3
  const carry = Math.floor(shifted / 1e9)
  return `${seconds + carry}${String(shifted - carry * 1e9).padStart(9, '0')}`
}
