import type { AnyValue, KeyValue, OtlpResource, OtlpScope, OtlpSpan } from '@throughline/otel-shared'
import { anyValueText } from '../spans/any-value-text.ts'
import { errorFlag, isErrorSpan } from '../spans/error-span.ts'
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
} from '../spans/semconv.ts'

/** A tag in Jaeger's JSON. */
interface LegacyTag {
  readonly key: string
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary'
  readonly value: string | number | boolean
}

/** A span in Jaeger's JSON. Times and durations are microseconds. */
export interface LegacySpan {
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

/** A process in Jaeger's JSON, which corresponds to a resource. */
export interface LegacyProcess {
  readonly serviceName: string
  readonly tags: readonly LegacyTag[]
}

/** Converts a resource to the JSON of Jaeger's legacy API. */
export function toLegacyProcess({ attributes }: OtlpResource): LegacyProcess {
  const name = attributes.find(({ key }) => key === ATTR_SERVICE_NAME)
  return {
    serviceName: (name && anyValueText(name.value)) || UNKNOWN_SERVICE,
    tags: attributes.filter((attribute) => attribute !== name).map(toTag),
  }
}

/**
 * Converts a span to the JSON of Jaeger's legacy API, which Jaeger's UI and Grafana read.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/ for the mapping
 */
export function toLegacySpan(span: OtlpSpan, scope: OtlpScope, processID: string): LegacySpan {
  const { traceId, spanId, parentSpanId } = span
  return {
    traceID: traceId,
    spanID: spanId,
    operationName: span.name,
    references: [
      ...(parentSpanId ? [{ refType: 'CHILD_OF', traceID: traceId, spanID: parentSpanId } as const] : []),
      // A link without ids cannot be converted: a reference has nothing but ids.
      ...span.links
        .filter((link) => link.traceId !== '' && link.spanId !== '')
        .map((link) => ({ refType: 'FOLLOWS_FROM', traceID: link.traceId, spanID: link.spanId }) as const),
    ],
    startTime: toMicros(span.startTimeUnixNano),
    duration: toMicros(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
    // A derived tag replaces an attribute of the same key, which may contradict it.
    tags: [
      ...span.attributes
        .filter((attribute) => !isErrorSpan(span) || errorFlag(attribute) === undefined)
        .map(toTag),
      ...derivedTags(span, scope),
    ],
    logs: span.events.map((event) => ({
      timestamp: toMicros(event.timeUnixNano),
      fields: [text('event', event.name), ...event.attributes.map(toTag)],
    })),
    processID,
    warnings: null,
  }
}

function derivedTags(span: OtlpSpan, scope: OtlpScope): LegacyTag[] {
  const tags: LegacyTag[] = []
  if (scope.name) tags.push(text(TAG_SCOPE_NAME, scope.name))
  if (scope.version) tags.push(text(TAG_SCOPE_VERSION, scope.version))
  if (span.kind !== 0) tags.push(text(TAG_SPAN_KIND, spanKindName(span.kind)))
  if (span.status.code === 1) tags.push(text(TAG_STATUS_CODE, 'OK'))
  if (span.status.code === STATUS_ERROR) tags.push(text(TAG_STATUS_CODE, 'ERROR'))
  // Jaeger's UI marks a span red by this tag.
  if (isErrorSpan(span)) tags.push({ key: TAG_ERROR, type: 'bool', value: true })
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
    // Above 2^53, a client would round a JSON number.
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
