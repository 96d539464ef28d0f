import type { AnyValue, KeyValue, OtlpSpan, TraceRequest } from '@throughline/otel-shared'
import { anyValueText } from '../spans/any-value-text.ts'

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const STATUSES = ['Unset', 'Ok', 'Error']

/**
 * Formats a request like the debug exporter of the OpenTelemetry Collector with `verbosity: detailed`.
 *
 * @see https://github.com/open-telemetry/opentelemetry-collector/tree/main/exporter/debugexporter
 */
export function printSpans(request: TraceRequest): string {
  const lines: string[] = []
  request.resourceSpans.forEach(({ resource, scopeSpans, schemaUrl }, index) => {
    lines.push(`ResourceSpans #${index}`, `Resource SchemaURL: ${safe(schemaUrl ?? '')}`)
    pushAttributes(lines, 'Resource attributes:', resource.attributes)
    scopeSpans.forEach(({ scope, spans, schemaUrl }, scopeIndex) => {
      lines.push(`ScopeSpans #${scopeIndex}`, `ScopeSpans SchemaURL: ${safe(schemaUrl ?? '')}`)
      lines.push(`InstrumentationScope ${safe(scope.name)} ${safe(scope.version ?? '')}`.trimEnd())
      pushAttributes(lines, 'InstrumentationScope attributes:', scope.attributes ?? [])
      for (const [spanIndex, span] of spans.entries()) pushSpan(lines, span, spanIndex)
    })
  })
  return lines.join('\n')
}

function pushSpan(lines: string[], span: OtlpSpan, index: number): void {
  const field = (name: string, value: string) => lines.push(`    ${name.padEnd(15)}: ${safe(value)}`)
  lines.push(`Span #${index}`)
  field('Trace ID', span.traceId)
  field('Parent ID', span.parentSpanId ?? '')
  field('ID', span.spanId)
  field('Name', span.name)
  field('Kind', KINDS[span.kind] ?? '')
  if (span.traceState) field('TraceState', span.traceState)
  field('Start time', printTime(span.startTimeUnixNano))
  field('End time', printTime(span.endTimeUnixNano))
  field('Status code', STATUSES[span.status.code ?? 0] ?? '')
  field('Status message', span.status.message ?? '')
  if (span.droppedAttributesCount) field('DroppedAttributesCount', String(span.droppedAttributesCount))
  if (span.droppedEventsCount) field('DroppedEventsCount', String(span.droppedEventsCount))
  if (span.droppedLinksCount) field('DroppedLinksCount', String(span.droppedLinksCount))
  pushAttributes(lines, 'Attributes:', span.attributes)
  if (span.events.length > 0) lines.push('Events:')
  span.events.forEach((event, eventIndex) => {
    lines.push(`SpanEvent #${eventIndex}`, `     -> Name: ${safe(event.name)}`)
    lines.push(`     -> Timestamp: ${printTime(event.timeUnixNano)}`)
    lines.push(`     -> DroppedAttributesCount: ${event.droppedAttributesCount ?? 0}`)
    pushAttributes(lines, '     -> Attributes::', event.attributes, '          ')
  })
  if (span.links.length > 0) lines.push('Links:')
  span.links.forEach((link, linkIndex) => {
    lines.push(`SpanLink #${linkIndex}`, `     -> Trace ID: ${link.traceId}`, `     -> ID: ${link.spanId}`)
    lines.push(`     -> TraceState: ${safe(link.traceState ?? '')}`)
    lines.push(`     -> DroppedAttributesCount: ${link.droppedAttributesCount ?? 0}`)
    pushAttributes(lines, '     -> Attributes::', link.attributes, '          ')
  })
}

function pushAttributes(
  lines: string[],
  heading: string,
  attributes: readonly KeyValue[],
  indent = '     ',
): void {
  if (attributes.length === 0) return
  lines.push(heading)
  for (const { key, value } of attributes) {
    lines.push(`${indent}-> ${safe(key)}: ${typeName(value)}(${safe(anyValueText(value))})`)
  }
}

function typeName(value: AnyValue): string {
  if (value.stringValue !== undefined) return 'Str'
  if (value.boolValue !== undefined) return 'Bool'
  if (value.intValue !== undefined) return 'Int'
  if (value.doubleValue !== undefined) return 'Double'
  if (value.arrayValue) return 'Slice'
  if (value.kvlistValue) return 'Map'
  return value.bytesValue === undefined ? 'Empty' : 'Bytes'
}

/** Formats a time like Go's `time.Time.String`: `2026-11-21 08:00:00.123456789 +0000 UTC`. */
function printTime(nanos: string): string {
  const value = BigInt(nanos)
  // Not linear: `/0+$/` takes quadratic time, but this text has nine digits.
  const fraction = String(value % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const seconds = new Date(Number(value / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ')
  return `${seconds}${fraction && `.${fraction}`} +0000 UTC`
}

/** Escapes control characters. Spans are untrusted, and a terminal would interpret them. */
function safe(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0')
    return SHORT_ESCAPES[character] ?? `\\u${code}`
  })
}
