import type { AnyValue, KeyValue, OtlpScope, OtlpSpan, TraceRequest } from '../otlp/types.ts'
import { truncate } from '../text/truncate.ts'
import { isSecretKey, redactAttribute } from './redact-attribute.ts'
import { redactText } from './redact-text.ts'
import type { RedactionOptions } from './redact-url.ts'

/** In UTF-16 code units. A stack trace fits. */
const MAX_VALUE_LENGTH = 16 * 1024
const MAX_NAME_LENGTH = 1024

/**
 * Redacts all texts in received spans: names, status messages, `tracestate`, attribute keys, and attribute values, also in
 * lists and maps. Resources, scopes, events and links are included. Attribute values are cut to 16,384 UTF-16 code units, names
 * and status messages to 1,024.
 */
export function redactSpans({ resourceSpans }: TraceRequest, options: RedactionOptions = {}): TraceRequest {
  return {
    resourceSpans: resourceSpans.map((entry) => ({
      ...entry,
      resource: { ...entry.resource, attributes: entry.resource.attributes.map(redactor(options)) },
      scopeSpans: entry.scopeSpans.map(({ scope, spans, ...more }) => ({
        ...more,
        scope: redactScope(scope, options),
        spans: spans.map((span) => redactSpan(span, options)),
      })),
    })),
  }
}

function redactSpan(span: OtlpSpan, options: RedactionOptions): OtlpSpan {
  const redact = redactor(options)
  return {
    ...span,
    ...redactTraceState(span),
    name: truncate(redactText(span.name), MAX_NAME_LENGTH),
    attributes: span.attributes.map(redact),
    events: span.events.map((event) => ({
      ...event,
      name: truncate(redactText(event.name), MAX_NAME_LENGTH),
      attributes: event.attributes.map(redact),
    })),
    links: span.links.map((link) => ({
      ...link,
      ...redactTraceState(link),
      attributes: link.attributes.map(redact),
    })),
    status: span.status.message
      ? { ...span.status, message: truncate(redactText(span.status.message), MAX_NAME_LENGTH) }
      : span.status,
  }
}

function redactScope(scope: OtlpScope, options: RedactionOptions): OtlpScope {
  return {
    ...scope,
    name: truncate(redactText(scope.name), MAX_NAME_LENGTH),
    ...(scope.attributes && { attributes: scope.attributes.map(redactor(options)) }),
  }
}

// OpenTelemetry's member `ot` contains only hex numbers, some of which look like card numbers. Samplers in collectors need it.
// https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
const OT_MEMBER = /^\s*ot=(?:(?:th|rv):[\da-f]{1,14};?)+\s*$/

function redactTraceState({ traceState }: { readonly traceState?: string }): { traceState?: string } {
  if (!traceState) return {}
  const members = traceState.split(',')
  return {
    traceState: members.map((member) => (OT_MEMBER.test(member) ? member : redactText(member))).join(','),
  }
}

function redactor(options: RedactionOptions): (keyValue: KeyValue) => KeyValue {
  return ({ key, value }) => ({ key: redactText(key), value: redactValue(key, value, options) })
}

function redactValue(key: string, value: AnyValue, options: RedactionOptions): AnyValue {
  if (value.stringValue !== undefined) {
    return { stringValue: truncate(redactAttribute(key, value.stringValue, options), MAX_VALUE_LENGTH) }
  }
  // A boolean cannot reveal a secret. A number or bytes can.
  if (value.boolValue === undefined && isSecretKey(key)) return { stringValue: 'REDACTED' }
  if (value.arrayValue) {
    return {
      arrayValue: { values: value.arrayValue.values.map((item) => redactValue(key, item, options)) },
    }
  }
  if (value.kvlistValue) {
    const values = value.kvlistValue.values.map((entry) => ({
      key: redactText(entry.key),
      value: redactValue(entry.key, entry.value, options),
    }))
    return { kvlistValue: { values } }
  }
  return value
}
