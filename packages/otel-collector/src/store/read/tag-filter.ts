import type { KeyValue, OtlpSpan } from '@throughline/otel-shared'
import { anyValueText } from '../../spans/any-value-text.ts'
import {
  spanKindName,
  TAG_SCOPE_NAME,
  TAG_SCOPE_VERSION,
  TAG_SPAN_KIND,
  TAG_STATUS_CODE,
  TAG_STATUS_DESCRIPTION,
  TAG_TRACESTATE,
} from '../../spans/semconv.ts'
import type { StoredResource, StoredScope } from '../database/stored.ts'

const STATUS_NAMES = ['UNSET', 'OK', 'ERROR'] as const

/** Tags whose value does not occur literally in the stored JSON. */
const DERIVED_TAGS: ReadonlySet<string> = new Set([
  TAG_SPAN_KIND,
  TAG_STATUS_CODE,
  TAG_SCOPE_NAME,
  TAG_SCOPE_VERSION,
])

/** A span with its resource and scope. */
export interface SpanInContext {
  readonly span: OtlpSpan
  readonly resource: StoredResource
  readonly scope: StoredScope
}

/**
 * True when each of `tags` matches an attribute of the span, of its events or of its resource, or a tag that Jaeger
 * derives (`span.kind`, …). Values are compared as text. The tag `error` with the value true or false is excluded: it
 * is a column.
 */
export function matchesTags(candidate: SpanInContext, tags: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of tags) if (!hasTag(candidate, key, value)) return false
  return true
}

/**
 * A string that the stored JSON of a span with this tag, or of its resource, contains. `undefined` when there is none.
 * Searching for it in SQLite is faster than parsing the JSON.
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
