import {
  type AnyValue,
  type KeyValue,
  type OtlpEvent,
  type OtlpLink,
  type OtlpScope,
  type OtlpSpan,
  type ResourceSpans,
  type ScopeSpans,
  type TraceRequest,
  truncate,
} from '@throughline/otel-shared'
import { ATTR_SERVICE_NAME } from '../spans/semconv.ts'

/** Lengths are UTF-16 code units. */
const MAX_NAME_LENGTH = 1_024
const MAX_KEY_LENGTH = 1_024
const MAX_VALUE_LENGTH = 65_536
const MAX_TRACE_STATE_LENGTH = 8_192
/** Limit of the attributes of one object, and of the events and the links of one span. */
const MAX_COUNT = 1_024
/** Total length of all strings: of a span with its events and links, and of a resource or a scope. */
const MAX_SPAN_LENGTH = 262_144
const MAX_RESOURCE_LENGTH = 65_536
/** Length that is added for each value, attribute, event and link. */
const OVERHEAD = 32
const MAX_UINT32 = 0xffffffff

/** A request within the limits, and how it was changed. */
export interface LimitedRequest {
  readonly request: TraceRequest
  /** The number of truncated strings. */
  readonly cut: number
  /** The number of dropped attributes, elements of values, events and links. */
  readonly dropped: number
}

/**
 * Applies the storage limits to a request. Long strings are truncated. Items beyond a limit are dropped and added to
 * OTLP's dropped counts. Objects that exceed no limit are returned unchanged.
 *
 * @see https://opentelemetry.io/docs/specs/otel/common/#attribute-limits
 */
export function limitRequest(request: TraceRequest): LimitedRequest {
  const counts: Counts = { cut: 0, dropped: 0 }
  const resourceSpans = mapChanged(request.resourceSpans, (entry) => limitResourceSpans(entry, counts))
  const limited = resourceSpans === request.resourceSpans ? request : { resourceSpans }
  return { request: limited, ...counts }
}

interface Counts {
  cut: number
  dropped: number
}

/** The remaining length for the strings of one object, and the counts of what exceeds it. */
interface Budget {
  left: number
  readonly counts: Counts
}

function limitResourceSpans(entry: ResourceSpans, counts: Counts): ResourceSpans {
  const budget = { left: MAX_RESOURCE_LENGTH, counts }
  const resource = changed(entry.resource, limitAttributes(entry.resource, budget, true))
  const scopeSpans = mapChanged(entry.scopeSpans, (scopeSpans) => limitScopeSpans(scopeSpans, counts))
  return changed(entry, { resource, scopeSpans, ...limitSchemaUrl(entry, counts) })
}

function limitScopeSpans(entry: ScopeSpans, counts: Counts): ScopeSpans {
  const scope = limitScope(entry.scope, { left: MAX_RESOURCE_LENGTH, counts })
  const spans = mapChanged(entry.spans, (span) => limitSpan(span, { left: MAX_SPAN_LENGTH, counts }))
  return changed(entry, { scope, spans, ...limitSchemaUrl(entry, counts) })
}

function limitScope(scope: OtlpScope, budget: Budget): OtlpScope {
  const { attributes } = limitAttributes({ attributes: scope.attributes ?? [] }, budget)
  return changed(scope, {
    name: limitText(scope.name, MAX_NAME_LENGTH, budget),
    ...(scope.version !== undefined && { version: limitText(scope.version, MAX_NAME_LENGTH, budget) }),
    ...(scope.attributes && { attributes }),
  })
}

function limitSpan(span: OtlpSpan, budget: Budget): OtlpSpan {
  const { message } = span.status
  const name = limitText(span.name, MAX_NAME_LENGTH, budget)
  const status =
    message === undefined
      ? span.status
      : changed(span.status, { message: limitText(message, MAX_VALUE_LENGTH, budget) })
  const attributes = limitAttributes(span, budget)
  const events = limitList(span.events, budget, limitEvent)
  const links = limitList(span.links, budget, limitLink)
  return changed(span, {
    name,
    status,
    ...attributes,
    ...limitTraceState(span, budget),
    events,
    ...droppedCount('droppedEventsCount', span.droppedEventsCount, span.events.length - events.length),
    links,
    ...droppedCount('droppedLinksCount', span.droppedLinksCount, span.links.length - links.length),
  })
}

function limitEvent(event: OtlpEvent, budget: Budget): OtlpEvent {
  return changed(event, {
    name: limitText(event.name, MAX_NAME_LENGTH, budget),
    ...limitAttributes(event, budget),
  })
}

function limitLink(link: OtlpLink, budget: Budget): OtlpLink {
  return changed(link, { ...limitTraceState(link, budget), ...limitAttributes(link, budget) })
}

interface WithAttributes {
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount?: number
}

/** Drops attributes with keys that are too long: a truncated key would be a different key. */
function limitAttributes(owner: WithAttributes, budget: Budget, isResource = false): WithAttributes {
  const attributes = limitList(owner.attributes, budget, (attribute) => {
    if (attribute.key.length > MAX_KEY_LENGTH) return undefined
    budget.left -= attribute.key.length
    const isName = isResource && attribute.key === ATTR_SERVICE_NAME
    const value = limitValue(attribute.value, isName ? MAX_NAME_LENGTH : MAX_VALUE_LENGTH, budget)
    return changed(attribute, { value })
  })
  const dropped = owner.attributes.length - attributes.length
  return { attributes, ...droppedCount('droppedAttributesCount', owner.droppedAttributesCount, dropped) }
}

function limitValue(value: AnyValue, maxLength: number, budget: Budget): AnyValue {
  if (value.stringValue !== undefined) {
    return changed(value, { stringValue: limitText(value.stringValue, maxLength, budget) })
  }
  if (value.bytesValue !== undefined) {
    // Base64 is cut to groups of four characters, so that the rest can be decoded.
    const length = Math.floor(Math.min(maxLength, Math.max(budget.left, 0)) / 4) * 4
    return changed(value, { bytesValue: limitText(value.bytesValue, length, budget) })
  }
  if (value.intValue !== undefined) budget.left -= value.intValue.length
  if (value.arrayValue) {
    const values = limitList(value.arrayValue.values, budget, (element) =>
      limitValue(element, maxLength, budget),
    )
    return changed(value, { arrayValue: changed(value.arrayValue, { values }) })
  }
  if (value.kvlistValue) {
    const { attributes: values } = limitAttributes({ attributes: value.kvlistValue.values }, budget)
    return changed(value, { kvlistValue: changed(value.kvlistValue, { values }) })
  }
  return value
}

/** Keeps the first elements, up to the limit and the budget. */
function limitList<Element extends object>(
  list: readonly Element[],
  budget: Budget,
  limit: (element: Element, budget: Budget) => Element | undefined,
): readonly Element[] {
  const kept = mapChanged(list, (element, index) => {
    if (index >= MAX_COUNT || budget.left < OVERHEAD) return undefined
    budget.left -= OVERHEAD
    return limit(element, budget)
  })
  budget.counts.dropped += list.length - kept.length
  return kept
}

function limitText(text: string, maxLength: number, budget: Budget): string {
  const length = Math.min(maxLength, Math.max(budget.left, 0))
  budget.left -= Math.min(text.length, length)
  if (text.length <= length) return text
  budget.counts.cut++
  return truncate(text, length)
}

/**
 * Removes whole members from the end, as recommended by Trace Context:
 * https://www.w3.org/TR/trace-context/#tracestate-limits
 */
function limitTraceState({ traceState }: { readonly traceState?: string }, budget: Budget) {
  if (traceState === undefined) return undefined
  const maxLength = Math.min(MAX_TRACE_STATE_LENGTH, Math.max(budget.left, 0))
  const isCut = traceState.length > maxLength
  const kept = isCut ? traceState.slice(0, Math.max(traceState.lastIndexOf(',', maxLength), 0)) : traceState
  budget.left -= kept.length
  if (!isCut) return undefined
  budget.counts.cut++
  return { traceState: kept }
}

/** Drops a schema URL that is too long: a truncated URL would be a different URL. */
function limitSchemaUrl({ schemaUrl }: { readonly schemaUrl?: string }, counts: Counts) {
  if (schemaUrl === undefined || schemaUrl.length <= MAX_NAME_LENGTH) return undefined
  counts.cut++
  return { schemaUrl: '' }
}

function droppedCount<Name extends string>(name: Name, sent: number | undefined, dropped: number) {
  return dropped > 0
    ? ({ [name]: Math.min((sent ?? 0) + dropped, MAX_UINT32) } as Record<Name, number>)
    : undefined
}

/** Returns `object` itself if it already has all of `fields`. */
function changed<Type extends object>(object: Type, fields: Partial<Type>): Type {
  for (const name in fields) {
    if (object[name] !== fields[name]) return { ...object, ...fields }
  }
  return object
}

/** Returns `list` itself if no element changes. Elements that become `undefined` are omitted. */
function mapChanged<Element>(
  list: readonly Element[],
  map: (element: Element, index: number) => Element | undefined,
): readonly Element[] {
  let result: Element[] | undefined
  list.forEach((element, index) => {
    const mapped = map(element, index)
    if (mapped !== element) result ??= list.slice(0, index)
    if (mapped !== undefined) result?.push(mapped)
  })
  return result ?? list
}
