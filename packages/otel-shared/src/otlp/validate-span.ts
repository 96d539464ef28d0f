import { isSpanId, isTraceId } from '../context/ids.ts'
import type { OtlpLink, OtlpSpan } from './types.ts'

const MAX_UINT64 = 18446744073709551615n

const ZEROS = /^0*$/

/**
 * Normalizes absent ids, which senders write as empty or all-zero ids: such a parent id is removed. A link without a valid
 * span context is kept if it has attributes or a tracestate. Otherwise it counts as dropped. An invalid id of a link becomes
 * an empty string.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#link
 */
export function normalizeIds(span: OtlpSpan): OtlpSpan {
  const { parentSpanId = '', ...rest } = span
  const hasParent = !ZEROS.test(parentSpanId)
  const isParentNormal = 'parentSpanId' in span === hasParent
  if (span.links.every(hasSpanContext)) return isParentNormal ? span : rest
  const links = span.links.filter(
    (link) => hasSpanContext(link) || link.attributes.length > 0 || link.traceState !== undefined,
  )
  const droppedLinks = span.links.length - links.length
  return {
    ...rest,
    ...(hasParent ? { parentSpanId } : {}),
    links: links.map((link) => ({
      ...link,
      traceId: isTraceId(link.traceId) ? link.traceId : '',
      spanId: isSpanId(link.spanId) ? link.spanId : '',
    })),
    ...(droppedLinks > 0 ? { droppedLinksCount: (span.droppedLinksCount ?? 0) + droppedLinks } : {}),
  }
}

function hasSpanContext({ traceId, spanId }: OtlpLink): boolean {
  return isTraceId(traceId) && isSpanId(spanId)
}

/** Describes the first violation of OTLP's data model by a decoded span; `undefined` for a valid span. */
export function spanProblem(span: OtlpSpan): string | undefined {
  if (!isTraceId(span.traceId))
    return `traceId ${quote(span.traceId)} is not 16 bytes with at least one non-zero byte`
  if (!isSpanId(span.spanId))
    return `spanId ${quote(span.spanId)} is not 8 bytes with at least one non-zero byte`
  if (span.parentSpanId && !isSpanId(span.parentSpanId)) {
    return `parentSpanId ${quote(span.parentSpanId)} is not 8 bytes with at least one non-zero byte`
  }
  if (span.kind < 0 || span.kind > 5) return `kind ${span.kind} is unknown`
  if (!isTime(span.startTimeUnixNano))
    return `startTimeUnixNano ${quote(span.startTimeUnixNano)} is not a Unix time in nanoseconds`
  if (!isTime(span.endTimeUnixNano))
    return `endTimeUnixNano ${quote(span.endTimeUnixNano)} is not a Unix time in nanoseconds`
  if (BigInt(span.endTimeUnixNano) < BigInt(span.startTimeUnixNano)) return 'the span ends before it starts'
  const event = span.events.find(({ timeUnixNano }) => !isUint64(timeUnixNano))
  if (event) return `timeUnixNano ${quote(event.timeUnixNano)} of an event is not a Unix time in nanoseconds`
  return undefined
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
