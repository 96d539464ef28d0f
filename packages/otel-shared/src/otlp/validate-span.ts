import { isSpanId, isTraceId } from '../ids.ts'
import type { OtlpLink, OtlpSpan } from './types.ts'

const MAX_UINT64 = 18446744073709551615n

const ZEROS = /^(?:0{16}|0{32})?$/

/**
 * Takes ids of zeros for what senders mean by them: no parent, and a link to nothing, which counts as dropped.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#link: links without a valid context may be recorded
 */
export function withoutZeroIds(span: OtlpSpan): OtlpSpan {
  const links = span.links.filter(({ traceId, spanId }) => !ZEROS.test(traceId) || !ZEROS.test(spanId))
  const droppedLinks = span.links.length - links.length
  const { parentSpanId = '', ...rest } = span
  if (droppedLinks === 0 && !ZEROS.test(parentSpanId)) return span
  return {
    ...rest,
    ...(ZEROS.test(parentSpanId) ? {} : { parentSpanId }),
    ...(droppedLinks > 0 ? { links, droppedLinksCount: (span.droppedLinksCount ?? 0) + droppedLinks } : {}),
  }
}

/** Why a decoded span breaks OTLP's data model, or `undefined` when it is fine. */
export function spanProblem(span: OtlpSpan): string | undefined {
  if (!isTraceId(span.traceId)) return `traceId ${quote(span.traceId)} is not 16 non-zero bytes`
  if (!isSpanId(span.spanId)) return `spanId ${quote(span.spanId)} is not 8 non-zero bytes`
  if (span.parentSpanId && !isSpanId(span.parentSpanId)) {
    return `parentSpanId ${quote(span.parentSpanId)} is not 8 non-zero bytes`
  }
  if (span.kind < 0 || span.kind > 5) return `kind ${span.kind} is unknown`
  if (!isTime(span.startTimeUnixNano)) return `startTimeUnixNano ${quote(span.startTimeUnixNano)} is no time`
  if (!isTime(span.endTimeUnixNano)) return `endTimeUnixNano ${quote(span.endTimeUnixNano)} is no time`
  if (BigInt(span.endTimeUnixNano) < BigInt(span.startTimeUnixNano)) return 'the span ends before it starts'
  const event = span.events.find(({ timeUnixNano }) => !isUint64(timeUnixNano))
  if (event) return `timeUnixNano ${quote(event.timeUnixNano)} of an event is no time`
  const link = span.links.find((candidate) => !isValidLink(candidate))
  return link
    ? `link to traceId ${quote(link.traceId)}, spanId ${quote(link.spanId)} is not valid`
    : undefined
}

function isValidLink(link: OtlpLink): boolean {
  return isTraceId(link.traceId) && isSpanId(link.spanId)
}

function isTime(nanos: string): boolean {
  return nanos !== '0' && isUint64(nanos)
}

function isUint64(text: string): boolean {
  const value = BigInt(text)
  return value >= 0n && value <= MAX_UINT64
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 40))
}
