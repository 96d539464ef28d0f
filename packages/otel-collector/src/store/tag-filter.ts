import type { KeyValue, OtlpSpan } from '@throughline/otel-shared'
import { anyValueText } from '../any-value-text.ts'
import {
  STATUS_ERROR,
  spanKindName,
  TAG_ERROR,
  TAG_SCOPE_NAME,
  TAG_SCOPE_VERSION,
  TAG_SPAN_KIND,
  TAG_STATUS_CODE,
  TAG_STATUS_DESCRIPTION,
  TAG_TRACESTATE,
} from '../semconv.ts'
import type { StoredResource, StoredScope } from './span-writer.ts'

const STATUS_NAMES = ['UNSET', 'OK', 'ERROR'] as const

/** The tags whose value is not the text of an attribute. */
const DERIVED_TAGS: ReadonlySet<string> = new Set([
  TAG_ERROR,
  TAG_SPAN_KIND,
  TAG_STATUS_CODE,
  TAG_SCOPE_NAME,
  TAG_SCOPE_VERSION,
])

/** A span with what it came with. */
export interface SpanInContext {
  readonly span: OtlpSpan
  readonly resource: StoredResource
  readonly scope: StoredScope
}

/**
 * True when each of `tags` is found as an attribute of the span, of one of its events or of its resource, or as one
 * of the tags that Jaeger derives (`error`, `span.kind`, …). Values are compared as text.
 */
export function matchesTags(candidate: SpanInContext, tags: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of tags) if (!hasTag(candidate, key, value)) return false
  return true
}

/**
 * What must occur in the stored JSON of a span or its resource that has the tag; `undefined` when that cannot be
 * said. SQLite finds it faster than JSON is parsed.
 */
export function tagNeedle(key: string, value: string): string | undefined {
  const isScalarText = value !== '' && !value.startsWith('[') && !value.startsWith('{')
  return DERIVED_TAGS.has(key) || !isScalarText ? undefined : JSON.stringify(value).slice(1, -1)
}

function hasTag({ span, resource, scope }: SpanInContext, key: string, value: string): boolean {
  return (
    derivedTag(key, span, scope) === value ||
    has(span.attributes, key, value) ||
    has(resource.resource.attributes, key, value) ||
    span.events.some((event) => has(event.attributes, key, value))
  )
}

function derivedTag(key: string, span: OtlpSpan, { scope }: StoredScope): string | undefined {
  if (key === TAG_ERROR) return String(span.status.code === STATUS_ERROR)
  if (key === TAG_SPAN_KIND) return spanKindName(span.kind)
  if (key === TAG_STATUS_CODE) return STATUS_NAMES[span.status.code ?? 0]
  if (key === TAG_STATUS_DESCRIPTION) return span.status.message || undefined
  if (key === TAG_TRACESTATE) return span.traceState || undefined
  if (key === TAG_SCOPE_NAME) return scope.name
  if (key === TAG_SCOPE_VERSION) return scope.version
  return undefined
}

function has(attributes: readonly KeyValue[], key: string, value: string): boolean {
  return attributes.some((attribute) => attribute.key === key && anyValueText(attribute.value) === value)
}
