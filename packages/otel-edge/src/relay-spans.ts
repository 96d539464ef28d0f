import {
  type AnyValue,
  isSecretKey,
  type KeyValue,
  type OtlpScope,
  type OtlpSpan,
  redactAttribute,
  redactText,
  type TraceRequest,
  toKeyValues,
} from '@throughline/otel-shared'

const DAY_MILLIS = 86_400_000

export interface CleanOptions {
  readonly maxSpans: number
  readonly keepQuery: readonly string[]
  /** Put on every resource, in front of what the page says of itself. */
  readonly enrichment: Readonly<Record<string, string>>
  readonly nowMillis: number
}

export interface CleanResult {
  readonly request: TraceRequest
  readonly rejectedSpans: number
  readonly errorMessage?: string
}

/**
 * Makes a stranger's spans fit to be stored: secrets redacted, times within reason (a page may have been offline for
 * days, its clock an hour ahead), not more spans than allowed, its resource completed by what only the edge knows.
 */
export function cleanSpans({ resourceSpans }: TraceRequest, options: CleanOptions): CleanResult {
  let rejectedSpans = 0
  let spanCount = 0
  let errorMessage: string | undefined
  const accepts = (span: OtlpSpan) => {
    const problem =
      ++spanCount > options.maxSpans
        ? `more than ${options.maxSpans} spans`
        : timeProblem(span, options.nowMillis)
    if (problem === undefined) return true
    rejectedSpans++
    errorMessage ??= problem
    return false
  }
  const enrichment = toKeyValues(options.enrichment)
  const request = {
    resourceSpans: resourceSpans.map((entry) => ({
      ...entry,
      resource: {
        ...entry.resource,
        attributes: [
          ...entry.resource.attributes
            .filter(({ key }) => !Object.hasOwn(options.enrichment, key))
            .map(redactor(options)),
          ...enrichment,
        ],
      },
      scopeSpans: entry.scopeSpans.map((scope) => ({
        ...scope,
        scope: redactScope(scope.scope, options),
        spans: scope.spans.filter(accepts).map((span) => redactSpan(span, options)),
      })),
    })),
  }
  return { request, rejectedSpans, ...(errorMessage === undefined ? {} : { errorMessage }) }
}

function timeProblem(span: OtlpSpan, nowMillis: number): string | undefined {
  const startMillis = Number(BigInt(span.startTimeUnixNano) / 1_000_000n)
  const endMillis = Number(BigInt(span.endTimeUnixNano) / 1_000_000n)
  if (startMillis < nowMillis - 7 * DAY_MILLIS) return 'the span is more than a week old'
  if (endMillis > nowMillis + DAY_MILLIS) return 'the span ends more than a day from now'
  return undefined
}

function redactSpan(span: OtlpSpan, options: CleanOptions): OtlpSpan {
  const redact = redactor(options)
  return {
    ...span,
    ...redactTraceState(span),
    name: redactText(span.name),
    attributes: span.attributes.map(redact),
    events: span.events.map((event) => ({
      ...event,
      name: redactText(event.name),
      attributes: event.attributes.map(redact),
    })),
    links: span.links.map((link) => ({
      ...link,
      ...redactTraceState(link),
      attributes: link.attributes.map(redact),
    })),
    status: span.status.message ? { ...span.status, message: redactText(span.status.message) } : span.status,
  }
}

function redactScope(scope: OtlpScope, options: CleanOptions): OtlpScope {
  return {
    ...scope,
    name: redactText(scope.name),
    ...(scope.attributes && { attributes: scope.attributes.map(redactor(options)) }),
  }
}

// OpenTelemetry's own entry is numbers alone, of which some look like a card's; collectors that sample need it whole.
const OWN_ENTRY = /^\s*ot=(?:(?:th|rv):[\da-f]{1,14};?)+\s*$/

function redactTraceState({ traceState }: { readonly traceState?: string }): { traceState?: string } {
  if (!traceState) return {}
  const entries = traceState.split(',')
  return { traceState: entries.map((entry) => (OWN_ENTRY.test(entry) ? entry : redactText(entry))).join(',') }
}

function redactor({ keepQuery }: CleanOptions): (keyValue: KeyValue) => KeyValue {
  return ({ key, value }) => ({ key, value: redactValue(key, value, keepQuery) })
}

function redactValue(key: string, value: AnyValue, keepQuery: readonly string[]): AnyValue {
  if (value.stringValue !== undefined) {
    return { stringValue: redactAttribute(key, value.stringValue, { keepQuery }) }
  }
  // That there is a password is no secret, its digits or bytes are.
  if (value.boolValue === undefined && isSecretKey(key)) return { stringValue: 'REDACTED' }
  if (value.arrayValue) {
    return {
      arrayValue: { values: value.arrayValue.values.map((item) => redactValue(key, item, keepQuery)) },
    }
  }
  if (value.kvlistValue) {
    const values = value.kvlistValue.values.map((entry) => ({
      key: entry.key,
      value: redactValue(entry.key, entry.value, keepQuery),
    }))
    return { kvlistValue: { values } }
  }
  return value
}
