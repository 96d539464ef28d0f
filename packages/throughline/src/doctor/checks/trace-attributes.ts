import { isSecretKey, redactText } from '@throughline/otel-shared'
import { type Finding, finding } from '../target/finding.ts'
import { foreignSpans, type Target } from '../target/target.ts'
import { DEPRECATED_ATTRIBUTES } from '../trace/deprecated-attributes.ts'
import { ATTR_SDK_LANGUAGE } from '../trace/semconv.ts'
import { labelOf, type SpanAttribute, type TraceSpan } from '../trace/trace-span.ts'
import { isKept } from '../trace/trace-tree.ts'

const WRITTEN = 0x100
const SAMPLED = 0x01
const MAX_LISTED = 4
/**
 * SDKs whose exporters set bit 8 and none of those of `traceparent`: Python's, and older ones of Go's.
 *
 * @see https://github.com/open-telemetry/opentelemetry-python/issues/4666
 * @see https://github.com/open-telemetry/opentelemetry-go/pull/7438
 */
const WITHOUT_TRACE_FLAGS: readonly unknown[] = ['python', 'go']
/** Headers of other formats, as instrumentations record them. */
const OTHER_FORMAT = /(?:^|\.)(?:b3|x-b3-[a-z]+|uber-trace-id|x-datadog-trace-id)$/
const REDACTED = /redacted|filtered|\*{3}/i

/** Sampling flags, trace headers, names and secrets in the attributes of the spans. */
export function checkTraceAttributes({ trace }: Target): Finding[] {
  if (!trace) return []
  const spans = foreignSpans(trace)
  return [...checkFlags(spans), ...checkFormats(spans), ...checkDeprecated(spans), ...checkSecrets(spans)]
}

function checkFlags(spans: readonly TraceSpan[]): Finding[] {
  const writers = new Set(
    spans.filter(({ flags = 0 }) => (flags & SAMPLED) !== 0).map(({ service }) => service),
  )
  const unsampled = spans.filter(
    (span) =>
      ((span.flags ?? 0) & (WRITTEN | SAMPLED)) === WRITTEN &&
      !isKept(span) &&
      (writers.has(span.service) || !hasNoTraceFlags(span)),
  )
  const [first] = unsampled
  if (!first) return []
  return [
    finding('trace-not-sampled', {
      seen: `${labelOf(first)} has flags 00 in a sampled trace`,
      fix: 'Use a sampler that follows the caller: parentbased_always_on or parentbased_traceidratio.',
    }),
  ]
}

/** Whether the span is from an SDK that may not export the flags of `traceparent`. */
function hasNoTraceFlags({ resource }: TraceSpan): boolean {
  return resource.some(({ key, value }) => key === ATTR_SDK_LANGUAGE && WITHOUT_TRACE_FLAGS.includes(value))
}

function checkFormats(spans: readonly TraceSpan[]): Finding[] {
  const found = withAttribute(spans, ({ key }) => OTHER_FORMAT.test(key.toLowerCase()))
  const [first] = found
  if (!first) return []
  return [
    finding('trace-mixed-formats', {
      seen: `${first.attribute.key} of ${labelOf(first.span)}`,
      fix: 'Let all services send and read traceparent (OTEL_PROPAGATORS=tracecontext,baggage), and the other format only where an old service needs it.',
    }),
  ]
}

function checkDeprecated(spans: readonly TraceSpan[]): Finding[] {
  const found = withAttribute(spans, ({ key }) => DEPRECATED_ATTRIBUTES.has(key))
  const keys = [...new Set(found.map(({ attribute }) => attribute.key))]
  if (keys.length === 0) return []
  const services = [...new Set(found.map(({ span }) => span.service))].join(', ')
  const listed = keys
    .slice(0, MAX_LISTED)
    .map((key) => `${key} → ${DEPRECATED_ATTRIBUTES.get(key)?.join(' + ')}`)
  const more = keys.length > MAX_LISTED ? `, and ${keys.length - MAX_LISTED} more` : ''
  return [
    finding('trace-deprecated-attribute', {
      seen: `${services}: ${listed.join(', ')}${more}`,
      fix: 'Update the instrumentation, or set OTEL_SEMCONV_STABILITY_OPT_IN=http,database.',
    }),
  ]
}

/** The value is not printed. */
function checkSecrets(spans: readonly TraceSpan[]): Finding[] {
  const found = withAttribute(spans, isSecret)
  const [first] = found
  if (!first) return []
  return [
    finding('trace-secret', {
      seen: `${first.attribute.key} of ${labelOf(first.span)}${found.length > 1 ? `, and ${found.length - 1} more` : ''}`,
      fix: 'Do not record the attribute. The relay redacts secrets always, the embedded collector with REDACT=true (docs/redaction.md).',
    }),
  ]
}

function isSecret({ key, value }: SpanAttribute): boolean {
  if (typeof value !== 'string' || value === '' || REDACTED.test(value)) return false
  return isSecretKey(key) || redactText(value) !== value
}

interface Found {
  readonly span: TraceSpan
  readonly attribute: SpanAttribute
}

function withAttribute(spans: readonly TraceSpan[], matches: (attribute: SpanAttribute) => boolean): Found[] {
  return spans.flatMap((span) => {
    const attribute = [...span.attributes, ...span.resource].find(matches)
    return attribute ? [{ span, attribute }] : []
  })
}
