import {
  type AnyValue,
  type KeyValue,
  type OtlpSpan,
  redactText,
  redactUrl,
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
            .filter(({ key }) => !(key in options.enrichment))
            .map(redactor(options)),
          ...enrichment,
        ],
      },
      scopeSpans: entry.scopeSpans.map((scope) => ({
        ...scope,
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
    name: redactText(span.name),
    attributes: span.attributes.map(redact),
    events: span.events.map((event) => ({ ...event, attributes: event.attributes.map(redact) })),
    links: span.links.map((link) => ({ ...link, attributes: link.attributes.map(redact) })),
    status: span.status.message ? { ...span.status, message: redactText(span.status.message) } : span.status,
  }
}

const ADDRESS_KEY = /(?:^|\.)(?:url|uri|href|referrer|referer|full|src)$|^url\./

function redactor({ keepQuery }: CleanOptions): (keyValue: KeyValue) => KeyValue {
  return ({ key, value }) => ({ key, value: redactValue(key, value, keepQuery) })
}

function redactValue(key: string, value: AnyValue, keepQuery: readonly string[]): AnyValue {
  if (value.stringValue !== undefined) {
    const isAddress = ADDRESS_KEY.test(key) || /^https?:\/\//.test(value.stringValue)
    return {
      stringValue: isAddress ? redactUrl(value.stringValue, { keepQuery }) : redactText(value.stringValue),
    }
  }
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
