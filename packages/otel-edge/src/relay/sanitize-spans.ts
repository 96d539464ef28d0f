import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import {
  type KeyValue,
  type OtlpResource,
  type OtlpSpan,
  redactSpans,
  type TraceRequest,
  toKeyValues,
} from '@throughline/otel-shared'
import { ATTR_COLO, ATTR_COUNTRY, ATTR_RELAYED } from '../core/semconv.ts'
import { countSpans } from './forward.ts'

const DAY_MILLIS = 86_400_000

export interface SanitizeOptions {
  readonly maxSpans: number
  readonly keepQuery: readonly string[]
  /** Added to every resource. Attributes of the page with these keys, or with keys reserved for the edge, are removed. */
  readonly enrichment: Readonly<Record<string, string>>
  /** The values of `service.name` that are accepted. Default: every value. */
  readonly serviceNames?: readonly string[] | undefined
  readonly nowMillis: number
}

export interface SanitizeResult {
  readonly request: TraceRequest
  readonly rejectedSpans: number
  readonly errorMessage?: string
}

/**
 * Sanitizes spans of untrusted senders: redacts secrets, adds attributes to the resource, and rejects spans beyond the maximum
 * number and spans with implausible times. A week and a day are allowed, since a page can be offline for days, and its clock
 * can be hours ahead.
 */
export function sanitizeSpans({ resourceSpans }: TraceRequest, options: SanitizeOptions): SanitizeResult {
  let rejectedSpans = 0
  let spanCount = 0
  let errorMessage: string | undefined
  const accepts = (span: OtlpSpan) => {
    const problem =
      ++spanCount > options.maxSpans
        ? `more than ${options.maxSpans} spans`
        : (kindProblem(span) ?? timeProblem(span, options.nowMillis))
    if (problem === undefined) return true
    rejectedSpans++
    errorMessage ??= problem
    return false
  }
  const enrichment = toKeyValues({ ...options.enrichment, [ATTR_RELAYED]: true })
  const acceptsService = ({ attributes }: OtlpResource, spans: number) => {
    const problem = serviceProblem(attributes, options.serviceNames)
    if (problem === undefined) return true
    rejectedSpans += spans
    errorMessage ??= problem
    return false
  }
  const accepted = resourceSpans.filter((entry) =>
    acceptsService(entry.resource, countSpans({ resourceSpans: [entry] })),
  )
  const { resourceSpans: redacted } = redactSpans(
    {
      resourceSpans: accepted.map((entry) => ({
        ...entry,
        scopeSpans: entry.scopeSpans.map((scope) => ({ ...scope, spans: scope.spans.filter(accepts) })),
      })),
    },
    options,
  )
  const request = {
    resourceSpans: redacted.map((entry) => ({
      ...entry,
      resource: {
        ...entry.resource,
        attributes: [...entry.resource.attributes.filter(({ key }) => !EDGE_KEYS.has(key)), ...enrichment],
      },
    })),
  }
  return { request, rejectedSpans, ...(errorMessage === undefined ? {} : { errorMessage }) }
}

/** Attributes that only the edge may set. */
const EDGE_KEYS: ReadonlySet<string> = new Set([ATTR_RELAYED, ATTR_COUNTRY, ATTR_COLO])

/** Checks every `service.name`: if a key occurs twice, some receivers use the first attribute and others the last. */
function serviceProblem(
  attributes: readonly KeyValue[],
  allowed: readonly string[] | undefined,
): string | undefined {
  if (!allowed) return undefined
  const names = attributes
    .filter(({ key }) => key === ATTR_SERVICE_NAME)
    .map(({ value }) => value.stringValue)
  const isAllowed = names.length > 0 && names.every((name) => name !== undefined && allowed.includes(name))
  return isAllowed ? undefined : 'this service.name may not be sent here'
}

/** UNSPECIFIED, INTERNAL and CLIENT. */
const PAGE_KINDS: ReadonlySet<number> = new Set([0, 1, 3])

function kindProblem({ kind }: OtlpSpan): string | undefined {
  return PAGE_KINDS.has(kind) ? undefined : 'a page has spans of kind INTERNAL and CLIENT only'
}

function timeProblem(span: OtlpSpan, nowMillis: number): string | undefined {
  const startMillis = Number(BigInt(span.startTimeUnixNano) / 1_000_000n)
  const endMillis = Number(BigInt(span.endTimeUnixNano) / 1_000_000n)
  if (startMillis < nowMillis - 7 * DAY_MILLIS) return 'the span is more than a week old'
  if (endMillis > nowMillis + DAY_MILLIS) return 'the span ends more than a day from now'
  return undefined
}
