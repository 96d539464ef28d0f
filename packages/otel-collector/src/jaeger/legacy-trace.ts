import type { AnyValue, KeyValue, OtlpSpan, ResourceSpans, ScopeSpans } from '@throughline/otel-shared'
import { anyValueText } from '../any-value-text.ts'
import {
  ATTR_SERVICE_NAME,
  STATUS_ERROR,
  spanKindName,
  TAG_ERROR,
  TAG_SCOPE_NAME,
  TAG_SCOPE_VERSION,
  TAG_SPAN_KIND,
  TAG_STATUS_CODE,
  TAG_STATUS_DESCRIPTION,
  TAG_TRACESTATE,
  UNKNOWN_SERVICE,
} from '../semconv.ts'

/** A tag of Jaeger's JSON. */
interface LegacyTag {
  readonly key: string
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary'
  readonly value: string | number | boolean
}

/** A span of Jaeger's JSON; times and durations are microseconds. */
interface LegacySpan {
  readonly traceID: string
  readonly spanID: string
  readonly operationName: string
  readonly references: readonly {
    readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM'
    readonly traceID: string
    readonly spanID: string
  }[]
  readonly startTime: number
  readonly duration: number
  readonly tags: readonly LegacyTag[]
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly LegacyTag[] }[]
  readonly processID: string
  readonly warnings: null
}

/** A trace of Jaeger's JSON. */
export interface LegacyTrace {
  readonly traceID: string
  readonly spans: readonly LegacySpan[]
  readonly processes: Readonly<
    Record<string, { readonly serviceName: string; readonly tags: readonly LegacyTag[] }>
  >
  readonly warnings: null
}

/**
 * A trace in the JSON of Jaeger's legacy API, which Jaeger's UI and Grafana read.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/ for the mapping
 */
export function toLegacyTrace(traceId: string, resourceSpans: readonly ResourceSpans[]): LegacyTrace {
  const processes: Record<string, { serviceName: string; tags: LegacyTag[] }> = {}
  const spans = resourceSpans.flatMap(({ resource, scopeSpans }, index) => {
    const processId = `p${index + 1}`
    const name = resource.attributes.find(({ key }) => key === ATTR_SERVICE_NAME)
    processes[processId] = {
      serviceName: (name && anyValueText(name.value)) || UNKNOWN_SERVICE,
      tags: resource.attributes.filter((attribute) => attribute !== name).map(toTag),
    }
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => toLegacySpan(span, scope, processId)))
  })
  spans.sort((a, b) => a.startTime - b.startTime)
  return { traceID: traceId, spans, processes, warnings: null }
}

function toLegacySpan(span: OtlpSpan, scope: ScopeSpans, processID: string): LegacySpan {
  const { traceId, spanId, parentSpanId } = span
  return {
    traceID: traceId,
    spanID: spanId,
    operationName: span.name,
    references: [
      ...(parentSpanId ? [{ refType: 'CHILD_OF', traceID: traceId, spanID: parentSpanId } as const] : []),
      ...span.links.map(
        (link) => ({ refType: 'FOLLOWS_FROM', traceID: link.traceId, spanID: link.spanId }) as const,
      ),
    ],
    startTime: toMicros(span.startTimeUnixNano),
    duration: toMicros(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
    tags: [...span.attributes.map(toTag), ...derivedTags(span, scope)],
    logs: span.events.map((event) => ({
      timestamp: toMicros(event.timeUnixNano),
      fields: [text('event', event.name), ...event.attributes.map(toTag)],
    })),
    processID,
    warnings: null,
  }
}

function derivedTags(span: OtlpSpan, { scope }: ScopeSpans): LegacyTag[] {
  const tags: LegacyTag[] = []
  if (scope.name) tags.push(text(TAG_SCOPE_NAME, scope.name))
  if (scope.version) tags.push(text(TAG_SCOPE_VERSION, scope.version))
  if (span.kind !== 0) tags.push(text(TAG_SPAN_KIND, spanKindName(span.kind)))
  if (span.status.code === 1) tags.push(text(TAG_STATUS_CODE, 'OK'))
  if (span.status.code === STATUS_ERROR) {
    // The bool is what Jaeger's UI marks red.
    tags.push(text(TAG_STATUS_CODE, 'ERROR'), { key: TAG_ERROR, type: 'bool', value: true })
  }
  if (span.status.message) tags.push(text(TAG_STATUS_DESCRIPTION, span.status.message))
  if (span.traceState) tags.push(text(TAG_TRACESTATE, span.traceState))
  return tags
}

function toTag({ key, value }: KeyValue): LegacyTag {
  return { key, ...typed(value) }
}

function typed(value: AnyValue): Omit<LegacyTag, 'key'> {
  if (value.boolValue !== undefined) return { type: 'bool', value: value.boolValue }
  if (value.intValue !== undefined) {
    // Past 2^53 a JSON number would be read as another one.
    const number = Number(value.intValue)
    return { type: 'int64', value: Number.isSafeInteger(number) ? number : value.intValue }
  }
  if (value.doubleValue !== undefined) return { type: 'float64', value: value.doubleValue }
  if (value.bytesValue !== undefined) return { type: 'binary', value: value.bytesValue }
  return { type: 'string', value: anyValueText(value) }
}

function text(key: string, value: string): LegacyTag {
  return { key, type: 'string', value }
}

function toMicros(nanos: string | bigint): number {
  return Number(BigInt(nanos) / 1000n)
}
